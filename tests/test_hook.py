"""The hooks, run by the real pre-commit in a real repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from binderlint.lint.linter import check
from tests.cases import reported

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A git repository of this project as it is now, and its commit, for pre-commit to clone."""
    clone = tmp_path_factory.mktemp("hooks")
    for name in ("binderlint", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, clone / name)  # type: ignore[operator]
    git(clone, "init", "-q")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "as it is")
    return clone, git(clone, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def pre_commit_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def run(
    hooks: tuple[Path, str], home: Path, folder: Path, hook: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Stage everything and run one hook over what is staged, as on a commit."""
    config = f"repos:\n  - repo: {hooks[0].as_posix()}\n    rev: {hooks[1]}\n    hooks:\n      - id: {hook}\n"
    if arguments:
        config += f"        args: [{', '.join(arguments)}]\n"
    (folder / ".pre-commit-config.yaml").write_text(config)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    return run_staged(home, folder)


def run_staged(home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the hook over what is staged; pre-commit puts everything else aside meanwhile."""
    environment = {**os.environ, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}
    command = [sys.executable, "-m", "pre_commit", "run"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


GOOD = '#!/bin/bash\nexec "$@"\n'
CLEAN = {"binder/environment.yml": "channels: [conda-forge]\ndependencies: [python=3.12, numpy=2.1.3]\n"}


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_a_clean_commit_passes(hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path) -> None:
    put(tmp_path, {**CLEAN, "binder/start": GOOD})
    done = run(hooks, pre_commit_home, tmp_path, "binderlint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_a_finding_fails_the_commit(hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path) -> None:
    put(tmp_path, {**CLEAN, "binder/start": "#!/bin/bash\nexport A=1\n"})
    done = run(hooks, pre_commit_home, tmp_path, "binderlint")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "start-no-passthrough" in done.stdout
    assert "binder/start:" in done.stdout


def test_the_fixing_hook_fixes_and_then_passes(hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path) -> None:
    put(tmp_path, {**CLEAN, "binder/start": "#!/bin/bash\nexport A=1\n"})
    first = run(hooks, pre_commit_home, tmp_path, "binderlint-fix")
    assert first.returncode == 1, first.stdout + first.stderr
    assert "files were modified by this hook" in first.stdout
    assert (tmp_path / "binder/start").read_text().endswith('exec "$@"\n')
    second = run(hooks, pre_commit_home, tmp_path, "binderlint-fix")
    assert second.returncode == 0, second.stdout + second.stderr


SCRIPT = "#!/bin/bash\nset -e\nmake data\n"
IMPORTS = json.dumps(
    {
        "cells": [
            {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": ["import numpy as np"]}
        ],
        "metadata": {"language_info": {"name": "python", "version": "3.12.4"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
)


def files(folder: Path) -> dict[str, str]:
    """What is in the work tree, but for pre-commit's own file."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts and path.name != ".pre-commit-config.yaml"
    }


def test_a_renamed_file_fails_the_commit_too(hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path) -> None:
    put(tmp_path, {**CLEAN, "binder/postbuild": SCRIPT})
    done = run(hooks, pre_commit_home, tmp_path, "binderlint-fix")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "run: git add binder/postbuild binder/postBuild" in done.stdout
    assert files(tmp_path) == {**CLEAN, "binder/postBuild": SCRIPT}
    staged = git(tmp_path, "ls-files", "binder").splitlines()
    assert staged == ["binder/environment.yml", "binder/postbuild"], "the index is the user's"

    git(tmp_path, "add", "binder/postbuild", "binder/postBuild")
    done = run_staged(pre_commit_home, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    git(tmp_path, "commit", "-qm", "x")
    assert git(tmp_path, "show", "HEAD:binder/postBuild") + "\n" == SCRIPT


def test_a_new_file_fails_the_commit_though_pre_commit_does_not_see_it(
    hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path
) -> None:
    """pre-commit compares what git tracks, before and after a hook."""
    put(tmp_path, {"README.md": "# Waves\n", "waves.ipynb": IMPORTS})
    arguments = ("--unsafe-fixes", "--select=LAY006", "--fail-on=never")
    done = run(hooks, pre_commit_home, tmp_path, "binderlint-fix", *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified" not in done.stdout
    assert "Fixed README.md: " in done.stdout
    assert "run: git add requirements.txt runtime.txt" in done.stdout
    assert files(tmp_path)["requirements.txt"] == "numpy\n"
    assert "requirements.txt" not in git(tmp_path, "ls-files")

    git(tmp_path, "add", "requirements.txt", "runtime.txt")
    done = run_staged(pre_commit_home, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_conflict_with_what_is_not_staged_loses_nothing(
    hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path
) -> None:
    """pre-commit puts aside what is not staged, and rolls the fixes back when it does not fit any more: `git checkout -- .`."""
    put(tmp_path, CLEAN)
    run(hooks, pre_commit_home, tmp_path, "binderlint-fix")
    git(tmp_path, "commit", "-qm", "x")
    wrong = "channels: [conda-forge]\ndependencies: [python=3.12, numpy=2.1.3]\nprefix: /home/x\n"
    mine = wrong.replace("/home/x", "/home/x # mine, not staged yet")
    put(tmp_path, {"binder/environment.yml": wrong, "binder/postbuild": SCRIPT, "notes.txt": "mine, not in git\n"})
    git(tmp_path, "add", "binder")
    put(tmp_path, {"binder/environment.yml": mine})

    done = run_staged(pre_commit_home, tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Rolling back fixes" in done.stdout + done.stderr
    here = files(tmp_path)
    assert here["binder/environment.yml"] == mine
    assert here["binder/postbuild"] == SCRIPT
    assert here["notes.txt"] == "mine, not in git\n"
    assert here["binder/postBuild"] == SCRIPT, "a new file is whole, and no `git checkout` can empty it"
    assert git(tmp_path, "show", ":binder/environment.yml") + "\n" == wrong
    assert git(tmp_path, "show", ":binder/postbuild") + "\n" == SCRIPT

    again = run_staged(pre_commit_home, tmp_path)
    assert again.returncode == 1, again.stdout + again.stderr
    assert "binder/postBuild" in again.stdout
    assert files(tmp_path) == here

    git(tmp_path, "add", "-A")  # as somebody does who is tired of it
    for _ in range(3):
        run_staged(pre_commit_home, tmp_path)
        git(tmp_path, "add", "-A")
    assert all(files(tmp_path).values()), "no file is empty"
    assert files(tmp_path)["binder/postBuild"] == SCRIPT


def test_git_stash_and_checkout_take_a_fix_back(tmp_path: Path) -> None:
    """What the index did not allow while new files were in it: `git add --intent-to-add`."""
    put(tmp_path, {**CLEAN, "binder/postbuild": SCRIPT})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    command = [sys.executable, "-m", "binderlint", "--fix"]
    for back in (("stash",), ("checkout", "."), ("restore", ".")):
        assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1
        assert files(tmp_path) == {**CLEAN, "binder/postBuild": SCRIPT}
        git(tmp_path, *back)
        assert files(tmp_path) == {**CLEAN, "binder/postbuild": SCRIPT, "binder/postBuild": SCRIPT}
        (tmp_path / "binder/postBuild").unlink()


def test_a_commit_without_binder_files_does_not_run_it(
    hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path
) -> None:
    put(tmp_path, {"src/module.c": "int main;\n"})
    done = run(hooks, pre_commit_home, tmp_path, "binderlint")
    assert done.returncode == 0
    assert "no files to check" in done.stdout


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("environment.yml", True),
        ("binder/environment.yml", True),
        (".binder/postBuild", True),
        ("binder/data.bin", True),
        ("start", True),
        ("README.md", True),
        ("docs/index.rst", True),
        ("notebooks/a.ipynb", True),
        ("Dockerfile", True),
        (".dask/config.yaml", True),
        ("postbuild", True),
        ("Binder/Environment.yml", True),
        ("runtime.txt", True),
        ("Project.toml", True),
        ("install.R", True),
        (".gitmodules", True),
        ("pyproject.toml", True),
        ("src/module.c", False),
        ("data/table.csv", False),
        ("package/module.js", False),
        (".github/workflows/ci.yml", False),
    ],
)
def test_the_pattern_of_the_hook(path: str, runs: bool) -> None:
    for hook in HOOKS.values():
        assert bool(re.search(hook["files"], path)) == runs


def test_the_pattern_knows_every_file_of_a_problem() -> None:
    """A commit that changes a file in which a problem is found is looked at."""
    pattern = re.compile(HOOKS["binderlint"]["files"])
    for rule, case in reported():
        for found in check(case.repository(), rules=[rule]).diagnostics:
            assert found.path == "." or pattern.search(found.path), (rule.name, found.path)
    assert all(hook["pass_filenames"] is False and hook["require_serial"] for hook in HOOKS.values())
