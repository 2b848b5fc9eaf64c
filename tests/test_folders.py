"""Folders: what the arguments mean. Every row of the table in docs/folders.md is run as it stands there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from binderlint import action
from binderlint.cli import main
from binderlint.outside import remote
from tests.hosting import git_host

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/folders.md").read_text("utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split(" | "))
    for line in re.findall(r"^\| `binderlint.*", PAGE, re.M)
]
BAD = "dependencies: [python=3.12]\nprefix: /x\n"
BADGE = "[![Binder](https://mybinder.org/badge.svg)](https://mybinder.org/v2/gh/ada/course/HEAD)\n"
ONLY = ["--select", "CND001,LNK005"]


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


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folders of the page, for tests that only read them."""
    with pytest.MonkeyPatch.context() as patch, folders(tmp_path_factory.mktemp("folders"), patch) as work:
        yield work


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folders of the page, for tests that change something in them."""
    with folders(tmp_path, monkeypatch) as work:
        yield work


@contextmanager
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every environment.yml has a `prefix`; in each repository a document that is named like it, and the notebook, have an old badge."""
    work = tmp_path / "work"
    course = work / "course"
    repository(work / "library", "library.md")
    put(course, "binder/environment.yml", "course.md", "examples/tides/binder/environment.yml", "examples/tides/tides.md", "examples/old/old.md")  # fmt: skip
    cell = {"cell_type": "markdown", "metadata": {}, "source": [BADGE]}
    (course / "notebooks").mkdir()
    (course / "notebooks/waves.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    )
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
    put(course, "new/new.md", "scratch/scratch.md", "scratch/more.md")
    repository(course / "tool", "tool.md")
    git(course, "worktree", "add", "-q", "../second", "-b", "second")
    git(work / "second", "mv", "course.md", "second.md")
    put(work, "unpacked/binder/environment.yml", "unpacked/unpacked.md")
    (work / "host/ada").mkdir(parents=True)
    git(work, "clone", "-q", "--bare", str(course), "host/ada/course")
    with git_host(work / "host") as (address, _):
        monkeypatch.setitem(remote._HOSTS, "gh", address)
        yield work


COURSE = {"binder/environment.yml", "course.md", "notebooks/waves.ipynb"}
# What is found in each folder, by the first name in the third column: paths from the top of it.
FOUND = {
    "course": COURSE | {"examples/tides/tides.md"},
    "second": COURSE - {"course.md"} | {"second.md", "examples/tides/tides.md"},
    "scratch": {"scratch.md", "more.md"},
    "library": {"library.md"},
    "tool": {"tool.md"},
    "unpacked": {"binder/environment.yml", "unpacked.md"},
    "examples/tides": {"binder/environment.yml", "tides.md"},
    "examples/old": {"old.md"},
    "that repository": COURSE | {"examples/tides/tides.md"},
}


def run(work: Path, place: str, command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """A command of the table, in its place."""
    monkeypatch.chdir(work if place == "work" else work / place)
    return main([*ONLY, *shlex.split(command)[1:]])


def places(out: str) -> set[str]:
    return {one["path"] for found in json.loads(out)["diagnostics"] for one in (found, *found["related"])}


@pytest.mark.parametrize(
    ("command", "place", "looked_at", "says"), ROWS, ids=[f"{command} in {place}" for command, place, *_ in ROWS]
)
def test_row(
    command: str,
    place: str,
    looked_at: str,
    says: str,
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(shared, place.strip("`"), f"{command.strip('`')} --output json", monkeypatch)
    out, err = capsys.readouterr()
    assert err.count("binderlint: note: ") == says.count("a note"), err
    assert len(err.splitlines()) <= 1
    if says == "an error":
        assert code == 2 and not out and err
        assert looked_at.startswith("nothing: ")
        return
    assert code == 0
    name = re.match("`([^`]+)`|that repository", looked_at)
    assert name
    root = name[1] or name[0]
    expected = FOUND[root]
    if root == "course" and "--ref" in command:
        expected = expected | {"examples/old/old.md"}
    if says.startswith("what is in this file"):
        named = command.strip("`").split()[-1]
        expected = {path for path in expected if path == named or f"{root}/{path}" == named}
        assert len(expected) == 1
    assert places(out) == expected


FOLDERS = [row for row in ROWS if ".ipynb" not in row[0] and ".md" not in row[0] and row[0].count("course/") < 2]


@pytest.mark.parametrize(
    ("command", "place", "says"), [(row[0], row[1], row[3]) for row in FOLDERS], ids=[f"{row[0]} in {row[1]}" for row in FOLDERS]
)  # fmt: skip
def test_plan_understands_folders_in_the_same_way(
    command: str,
    place: str,
    says: str,
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = command.strip("`").replace("binderlint", "").split()
    monkeypatch.chdir(shared if place == "`work`" else shared / place.strip("`"))
    code = main(["plan", "--format", "json", *words])
    out, err = capsys.readouterr()
    assert err.count("binderlint: note: ") == says.count("a note")
    assert (code == 2) == (says == "an error")
    assert code == 2 or json.loads(out)["version"]


def test_plan_takes_no_file(shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(shared)
    assert main(["plan", "course/course.md"]) == 2
    assert "course/course.md: not a folder" in capsys.readouterr().err
    assert main(["plan", "course", "--subdir", "examples/tides", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["binder_dir"] == "binder"
    assert main(["plan", "course", "--subdir", "notebooks", "--format", "json"]) == 1, "there is no environment"


def test_paths_can_be_opened_from_the_current_folder(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, command, path in (
        ("course/notebooks", "binderlint", "../binder/environment.yml"),
        ("work", "binderlint course/notebooks", "course/binder/environment.yml"),
        ("course", "binderlint --subdir examples/tides", "examples/tides/binder/environment.yml"),
        ("course/examples/tides", "binderlint --subdir .", "binder/environment.yml"),
        ("course/notebooks", "binderlint --subdir ../examples/tides", "../examples/tides/binder/environment.yml"),
    ):
        run(shared, place, f"{command} --output concise", monkeypatch)
        assert f"\n{path}:2:1: " in "\n" + capsys.readouterr().out
        assert Path(path).is_file()


@pytest.mark.parametrize(
    ("place", "command", "note"),
    [
        (
            "course/notebooks",
            "binderlint",
            "`.` is part of the repository `..`. Binder builds the whole repository, so binderlint looks at all of it. For this folder alone, as `repo2docker --subdir` builds it, use `--subdir .`",
        ),
        (
            "work",
            "binderlint course/examples/tides course/notebooks",
            "`course/examples/tides` and `course/notebooks` are part of the repository `course`. Binder builds the whole repository, so binderlint looks at all of it. For one folder alone, as `repo2docker --subdir` builds it, use `course --subdir examples/tides`",
        ),
        (
            "course",
            "binderlint binder",
            "`binder` is part of the repository `.`. Binder builds the whole repository, so binderlint looks at all of it",
        ),
        (
            "course/scratch",
            "binderlint",
            "git ignores `.`, so it is not part of the repository `..`. binderlint looks at this folder alone",
        ),
    ],
)
def test_notes(
    place: str,
    command: str,
    note: str,
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(shared, place, command, monkeypatch) == 0
    assert capsys.readouterr().err == f"binderlint: note: {note}\n"
    if advice := re.search("use `(.*)`$", note):
        assert run(shared, place, f"binderlint {advice[1]}", monkeypatch) == 0
        assert capsys.readouterr().err == ""


def test_why_nothing_is_looked_at(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for command, said in (
        ("binderlint elsewhere", "elsewhere: `elsewhere` is a link out of the repository ., and is not followed. Name the folder that it leads to"),
        ("binderlint --subdir elsewhere/binder", "elsewhere/binder: `elsewhere` is a link out of the repository"),
        ("binderlint elsewhere/unpacked.md", "elsewhere: `elsewhere` is a link out of the repository"),
        (f"binderlint {shared}/course/elsewhere", "`elsewhere` is a link out of the repository"),
        ("binderlint --subdir ../unpacked", "--subdir ../unpacked: outside of the repository ."),
        (f"binderlint --subdir {shared}/unpacked", "outside of the repository ."),
        ("binderlint --subdir /", "outside of the repository ."),
        ("binderlint gh:ada/course --subdir /etc", "--subdir /etc: outside of the repository"),
        ("binderlint --subdir nowhere", "nowhere: no such folder"),
        ("binderlint missing", "missing: a submodule that is not checked out. Run `git -C "),
        ("binderlint --subdir missing", "missing: a submodule that is not checked out. Run `git -C "),
        ("binderlint --ref v1 --subdir new", "this commit has no folder `new`"),
        ("binderlint gh:ada/course --subdir new", "this commit has no folder `new`"),
        ("binderlint course.md --subdir binder", "course.md: --subdir goes with a folder, not with a file"),
    ):  # fmt: skip
        assert run(shared, "course", command, monkeypatch) == 2, command
        out, err = capsys.readouterr()
        assert said in err and not out, command
    (shared / "course/loop").symlink_to("loop")
    assert run(shared, "course", "binderlint --subdir loop", monkeypatch) == 2


def test_links_outside_of_repositories_are_followed(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "away").symlink_to("course/notebooks")
    (work / "deep").mkdir()
    (work / "deep/here").symlink_to("../away")
    for command in ("binderlint away", "binderlint deep/here", "binderlint deep/here/../binder"):
        assert run(work, "work", f"{command} --output json", monkeypatch) == 0
        assert places(capsys.readouterr().out) == FOUND["course"], command


def test_the_configuration_is_that_of_the_repository(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(place: str, command: str) -> set[str]:
        run(work, place, f"{command} --output json", monkeypatch)
        return places(capsys.readouterr().out)

    course, tides = work / "course", work / "course/examples/tides"
    (work / "binderlint.toml").write_text('ignore = ["ALL"]\n')
    assert found("course", "binderlint --subdir examples/tides") == FOUND["examples/tides"], "above the repository"
    assert found("unpacked", "binderlint"), "above a folder without git"
    (course / "binderlint.toml").write_text('ignore = ["CND001"]\n')
    for place, command in (
        ("course", "binderlint --subdir examples/tides"),
        ("course/examples/tides", "binderlint --subdir ."),
        ("course/examples/tides/binder", "binderlint --subdir .."),
    ):
        assert found(place, command) == {"tides.md"}, command
    assert found("course/notebooks", "binderlint") == FOUND["course"] - {"binder/environment.yml"}
    assert found("course", "binderlint scratch") == FOUND["scratch"], "it is no part of the repository"
    git(course, "add", "binderlint.toml")
    git(course, "commit", "-qm", "configuration")
    (tides / "pyproject.toml").write_text('[tool.binderlint]\nignore = ["LNK005"]\n')
    assert found("course", "binderlint --subdir examples/tides") == {"binder/environment.yml"}, "the nearest"
    assert found("course", "binderlint --subdir examples/tides --config-ref HEAD") == {"tides.md"}
    assert found("course/notebooks", "binderlint") == FOUND["course"] - {"binder/environment.yml"}, "that of the top"
    (tides / "pyproject.toml").unlink()
    (course / "binderlint.toml").write_text(
        '[per-file-ignores]\n"examples/tides/*.md" = ["LNK"]\n"binder/*" = ["CND"]\n'
    )
    assert found("course", "binderlint --subdir examples/tides") == {"binder/environment.yml"} - {
        "binder/environment.yml"
    }


def test_a_configuration_that_is_a_link_out_of_the_repository(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "ours.toml").write_text('ignore = ["ALL"]\n')
    for folder in ("course", "course/examples", "course/examples/tides"):
        link = work / folder / "binderlint.toml"
        link.symlink_to(work / "ours.toml")
        assert run(work, "course", "binderlint --subdir examples/tides", monkeypatch) == 2
        assert "a link out of the repository is not followed" in capsys.readouterr().err
        link.unlink()
    (work / "course/course.toml").write_text('ignore = ["LNK"]\n')
    (work / "course/examples/tides/binderlint.toml").symlink_to("../../course.toml")
    run(work, "course", "binderlint --subdir examples/tides --output json", monkeypatch)
    assert places(capsys.readouterr().out) == {"binder/environment.yml"}, "to another file of the repository"


def test_what_fix_writes(work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def changed(place: str, command: str) -> set[str]:
        run(work, place, f"{command} --fix", monkeypatch)
        capsys.readouterr()
        status = subprocess.run(["git", "diff", "--name-only"], cwd=work / "course", capture_output=True, text=True)
        git(work / "course", "checkout", "-q", ".")
        return set(status.stdout.splitlines())

    assert changed("course/notebooks", "binderlint") == FOUND["course"]
    assert changed("course", "binderlint notebooks") == FOUND["course"]
    assert changed("course", "binderlint notebooks/waves.ipynb") == {"notebooks/waves.ipynb"}
    tides = {"examples/tides/binder/environment.yml", "examples/tides/tides.md"}
    assert changed("course", "binderlint --subdir examples/tides") == tides
    assert changed("course", "binderlint scratch") == set()


@pytest.mark.parametrize("names", [[], ["course.md", "binder/environment.yml"]])
def test_the_hook(
    names: list[str], work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """pre-commit runs it at the top of the repository, and gives it names only when it is told to."""
    entry = next(hook["entry"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()) if hook["id"] == "binderlint")  # fmt: skip
    command = entry.partition("binderlint")[2]
    run(work, "course", f"binderlint {command} --output json {' '.join(names)}", monkeypatch)
    out, err = capsys.readouterr()
    assert places(out) == (set(names) or FOUND["course"])
    assert not err


@pytest.mark.parametrize(
    ("target", "arguments", "annotated"),
    [
        ("", "", {"binder/environment.yml", "course.md"}),
        ("notebooks", "", {"binder/environment.yml", "course.md"}),
        (".", "--subdir examples/tides", {"examples/tides/binder/environment.yml", "examples/tides/tides.md"}),
        ("notebooks", "--subdir ../examples/tides", {"examples/tides/binder/environment.yml", "examples/tides/tides.md"}),
        ("examples/tides", "--subdir .", {"examples/tides/binder/environment.yml", "examples/tides/tides.md"}),
        ("library", "", {"library/library.md"}),
    ],
)  # fmt: skip
def test_the_action(
    target: str,
    arguments: str,
    annotated: set[str],
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A problem is annotated at the first of its places, by the path that GitHub knows the file by."""
    monkeypatch.chdir(work / "course")
    words = shlex.join([*ONLY, *shlex.split(arguments)])
    workspace = str(work / "course")
    assert action.run({"GITHUB_WORKSPACE": workspace, "TARGET": target, "FAIL_ON": "never", "ARGUMENTS": words}) == 0
    assert set(re.findall("file=([^,]+),", capsys.readouterr().out)) == annotated


def test_an_action_is_not_led_out_of_the_workspace(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(work / "course")
    assert action.run({"GITHUB_WORKSPACE": str(work / "course"), "TARGET": "elsewhere"}) == 2
    assert "a link out of the repository" in capsys.readouterr().err
