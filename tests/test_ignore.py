"""Ignore files, held against docker-py, which repo2docker uses, and against git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binderlint.facts.ignore import docker_excludes, docker_patterns, git_excludes
from binderlint.snapshot import Snapshot
from binderlint.source import Source

PATHS = (
    "Dockerfile",
    "README.md",
    "a.ipynb",
    "environment.yml",
    "start",
    ".dockerignore",
    "binder/Dockerfile",
    "binder/environment.yml",
    "binder/postBuild",
    "data/raw/x.csv",
    "data/y.TXT",
    "notebooks/a.ipynb",
    "notebooks/deep/er/b.ipynb",
)
PIECES = ["*", "**", "?", "binder", "data", "notebooks", "*.ipynb", "*.txt", "a*", "raw", "deep", "Dockerfile", "..", ".", "[ab]*", "[!a]*", "start", ""]  # fmt: skip
LINES = st.builds(
    lambda sign, parts, end: sign + "/".join(parts) + end,
    st.sampled_from(["", "", "!", "/"]),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3),
    st.sampled_from(["", "/", " "]),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for path in PATHS:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    return folder


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES, max_size=5))
def test_dockerignore_as_docker_py_reads_it(tree: Path, lines: list[str]) -> None:
    from docker.utils.build import exclude_paths

    text = "\n".join(lines)
    cleaned = [line.strip() for line in text.splitlines()]
    real = exclude_paths(str(tree), [line for line in cleaned if line != "" and line[0] != "#"])
    patterns = docker_patterns(Source(".dockerignore", text.encode()))
    assert {path for path in PATHS if docker_excludes(patterns, path) is None} == real & set(PATHS)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        LINES.filter(lambda line: not {"..", ".", ""} & set(line.lstrip("!/").rstrip().removesuffix("/").split("/"))),
        max_size=4,
    )
)
def test_gitignore_as_git_reads_it(tree: Path, lines: list[str]) -> None:
    if not (tree / ".git").exists():
        subprocess.run(["git", "init", "-q", str(tree)], check=True)
    (tree / ".gitignore").write_text("\n".join(lines) + "\n")
    asked = "\n".join(PATHS)
    done = subprocess.run(
        ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "--stdin"],
        cwd=tree,
        input=asked,
        capture_output=True,
        text=True,
        check=False,
    )
    repo = Snapshot.from_dict({**dict.fromkeys(PATHS, ""), ".gitignore": "\n".join(lines) + "\n"})
    assert {path for path in PATHS if git_excludes(repo, path)} == set(done.stdout.splitlines())
