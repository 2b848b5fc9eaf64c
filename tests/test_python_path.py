"""Python never has a checked folder on its path: the command, the hooks' entry and `-m` in a folder of hostile modules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from binderlint.__main__ import _without_current_folder
from tests.hostile import what_ran, write_hostile

ROOT = Path(__file__).parent.parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
COMMAND = shutil.which("binderlint", path=sysconfig.get_path("scripts")) or ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hostile repository that a check has to read with most of its readers."""
    folder = tmp_path / "course"
    (folder / "binder").mkdir(parents=True)
    (folder / "binder/environment.yml").write_bytes(b"dependencies: [python=3.12]\nprefix: /x\n")
    (folder / "binder/start").write_bytes(b'#!/bin/bash\nset -e\nexec "$@"\n')
    (folder / "pyproject.toml").write_bytes(b'[tool.binderlint]\nselect = ["CND001"]\n')
    (folder / "a.ipynb").write_bytes(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}\n')
    write_hostile(folder, tmp_path / "ran")
    return folder


def check(command: list[str], folder: Path, **variables: str) -> list[str]:
    """Run a command in a folder, see that it finds the problem there, and say what of the folder it ran."""
    done = subprocess.run(
        [*command, "--output", "concise", "--fail-on", "info"],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "prefix" in done.stdout) == (1, True), done.stdout + done.stderr
    return what_ran(folder.parent / "ran")


def test_the_command(folder: Path) -> None:
    assert check([COMMAND], folder) == []
    assert check([COMMAND, "--diff", "--unsafe-fixes"], folder) == [], "every reader and the fixer"


@pytest.mark.parametrize("path", [".", os.pathsep.join(("", "src"))])
def test_isolated(folder: Path, path: str) -> None:
    """As the Action and the hooks start it: whatever PYTHONPATH says."""
    for hook in HOOKS:
        program, *flags = hook["entry"].split()
        assert (program, flags[:3]) == ("python", ["-I", "-m", "binderlint"])
    command = [sys.executable, "-I", "-m", "binderlint"]
    assert check(command, folder, PYTHONPATH=path, PYTHONUSERBASE=".", PYTHONSTARTUP="shlex.py") == []


def test_as_a_module(folder: Path, tmp_path: Path) -> None:
    """What Python itself imports to run a module is out of our hands (`-I` is for that); of what binderlint imports nothing comes from the folder."""
    (tmp_path / "probe.py").write_bytes(b"import sys; print(*sys.modules)")
    probe = subprocess.run([sys.executable, "-m", "probe"], cwd=tmp_path, capture_output=True, text=True, check=True)
    taken = {name.partition(".")[0] for name in probe.stdout.split()} | {"binderlint", "sitecustomize", "usercustomize"}
    for name in taken:
        (folder / f"{name}.py").unlink(missing_ok=True)
    assert check([sys.executable, "-m", "binderlint"], folder) == []
    from_code = [sys.executable, "-c", "import sys; from binderlint.__main__ import run; sys.exit(run())"]
    assert check(from_code, folder) == []


def test_the_current_folder_leaves_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here/inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    inner, other = str(tmp_path / "here/inner"), str(tmp_path / "other")
    entries = ["", ".", str(tmp_path / "here"), inner, str(tmp_path / "other/../here"), other]
    assert _without_current_folder(entries) == [inner, other]
    monkeypatch.chdir(ROOT)
    assert _without_current_folder(["", other]) == [other, str(ROOT)], "a checkout of binderlint, behind all else"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder that is somebody's current one")
def test_a_deleted_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert _without_current_folder(["", "x", str(tmp_path)]) == [str(tmp_path)]
