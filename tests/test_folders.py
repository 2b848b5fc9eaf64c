"""Folders: what the arguments mean. Every row of the table in docs/folders.md is run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from binderlint import action
from binderlint.cli import main
from binderlint.outside import remote
from tests.hosting import git_host

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/folders.md").read_text("utf-8")
ROWS = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in re.findall(r"^\| `binderlint.*", PAGE, re.M)]
BAD = "dependencies: [python=3.12]\nprefix: /x\n"
BADGE = "[![Binder](https://mybinder.org/badge.svg)](https://mybinder.org/v2/gh/ada/course/HEAD)\n"
ONLY = ["--select", "CND001,LNK005", "--output", "concise", "--color", "never"]


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]
    subprocess.run([*command, *arguments], cwd=folder, check=True, capture_output=True)


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BAD if path.suffix == ".yml" else BADGE)


def repository(folder: Path, *names: str) -> None:
    put(folder, *names)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folders of the page. Every environment.yml has a `prefix`, and every other file an old badge."""
    work = tmp_path / "work"
    course = work / "course"
    repository(work / "library", "binder/environment.yml")
    put(course, "binder/environment.yml", "notebooks/waves.ipynb", "examples/tides/binder/environment.yml", "examples/old/binder/environment.yml")  # fmt: skip
    notebook = {"cells": [{"cell_type": "markdown", "metadata": {}, "source": [BADGE]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}  # fmt: skip
    (course / "notebooks/waves.ipynb").write_text(json.dumps(notebook))
    (course / ".gitignore").write_text("/scratch/\n/tool\n")
    (course / "tides").symlink_to("examples/tides")
    (course / "elsewhere").symlink_to("../unpacked")
    repository(course)
    git(course, "submodule", "add", "-q", str(work / "library"), "library")
    git(course, "submodule", "add", "-q", str(work / "library"), "missing")
    git(course, "commit", "-qm", "submodules")
    git(course, "tag", "v1")
    git(course, "submodule", "deinit", "-q", "missing")
    git(course, "rm", "-rq", "examples/old")
    git(course, "commit", "-qm", "two")
    put(course, "new/binder/environment.yml", "scratch/binder/environment.yml", "scratch/a.md")
    repository(course / "tool", "binder/environment.yml")
    git(course, "worktree", "add", "-q", "../second", "-b", "second")
    put(work, "unpacked/binder/environment.yml", "unpacked/a.md")
    (work / "host/ada").mkdir(parents=True)
    git(work, "clone", "-q", "--bare", str(course), "host/ada/course")
    with git_host(work / "host") as (address, _):
        monkeypatch.setitem(remote._HOSTS, "gh", address)
        yield work


COURSE = ["binder/environment.yml:2", "notebooks/waves.ipynb:1"]
TIDES = ["binder/environment.yml:2"]
# What is reported in which folder, by the first word of the third column; and files that limit it.
WHOLE = {
    "course": [f"course/{place}" for place in COURSE],
    "second": [f"second/{place}" for place in COURSE],
    "scratch": ["course/scratch/a.md:1", "course/scratch/binder/environment.yml:2"],
    "library": ["course/library/binder/environment.yml:2"],
    "tool": ["course/tool/binder/environment.yml:2"],
    "unpacked": ["unpacked/a.md:1", "unpacked/binder/environment.yml:2"],
    "examples/tides": ["course/examples/tides/binder/environment.yml:2"],
}


def reported(out: str, here: Path, work: Path) -> list[str]:
    """The places of a report, as seen from the folder around everything: what a terminal would open."""
    found = re.findall(r"^(\S+?):(\d+):\d+: ", out, re.M)
    return sorted(f"{os.path.relpath((here / path).resolve(), work.resolve())}:{line}" for path, line in found)


@pytest.mark.parametrize(("command", "place", "looked_at", "says"), ROWS, ids=[f"{row[0]} in {row[1]}" for row in ROWS])
def test_row(
    command: str, place: str, looked_at: str, says: str, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    _, *words = shlex.split(command.strip("`"))
    here = work.parent / place.strip("`") if place == "`work`" else work / place.strip("`")
    monkeypatch.chdir(here)
    code = main([*ONLY, *words])
    out, err = capsys.readouterr()
    assert (code == 2) == (says == "an error") == looked_at.startswith("nothing: ")
    if code == 2:
        assert out == "" and len(err.splitlines()) == 1, "one sentence"
        return
    assert code == 0
    if any(word.startswith("gh:") for word in words) or "--ref" in words:
        own = "examples" in looked_at
        root = f"course/{words[-1]}" if own else "course"
        paths = re.findall(r"^(\S+?):\d+:\d+: ", out, re.M)
        assert [path.removeprefix("../").removeprefix(f"{root}/").removeprefix(f"{words[-1]}/") for path in paths] == (
            ["binder/environment.yml"] if own else ["binder/environment.yml", "notebooks/waves.ipynb"]
        )
    else:
        root = re.findall("`([^`]+)`", looked_at)[0]
        files = [f"{root}/{word.removeprefix(f'{root}/')}" for word in words if "." in word[1:] and not word.startswith("..")]
        expected = WHOLE[root]
        if says.startswith("what is in this file"):
            expected = [one for one in expected if one.removeprefix("course/").startswith(f"{words[-1]}:")]
            assert len(expected) == len(files) == 1
        assert reported(out, here, work) == expected
    assert err.count("binderlint: note: ") == says.count("a note"), err
    assert len(err.splitlines()) == says.count("a note")
