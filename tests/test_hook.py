"""The hooks, run by the real pre-commit in a real repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from binderlint.rules import FAMILIES

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


def run(hooks: tuple[Path, str], home: Path, folder: Path, hook: str) -> subprocess.CompletedProcess[str]:
    """Stage everything and run one hook over what is staged, as on a commit."""
    config = f"repos:\n  - repo: {hooks[0].as_posix()}\n    rev: {hooks[1]}\n    hooks:\n      - id: {hook}\n"
    (folder / ".pre-commit-config.yaml").write_text(config)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
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


def test_a_renamed_file_fails_the_commit_too(hooks: tuple[Path, str], pre_commit_home: Path, tmp_path: Path) -> None:
    put(tmp_path, {**CLEAN, "binder/postbuild": "#!/bin/bash\nset -e\ntrue\n"})
    done = run(hooks, pre_commit_home, tmp_path, "binderlint-fix")
    assert done.returncode == 1, done.stdout + done.stderr
    assert (tmp_path / "binder/postBuild").exists()


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


def test_the_pattern_is_that_of_the_families() -> None:
    for family in FAMILIES:
        assert family.files in HOOKS["binderlint"]["files"]
    assert all(hook["pass_filenames"] is False and hook["require_serial"] for hook in HOOKS.values())
