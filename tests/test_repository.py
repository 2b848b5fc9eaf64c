"""Repositories from work trees, commits and plain folders, with git's index read as git reads it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from binderlint.git import hosted_name
from binderlint.lint.linter import check
from binderlint.outside.dotgit import Entry, find_git, parse_index, read_index
from binderlint.snapshot import RepositoryError, Snapshot
from binderlint.source import EXECUTABLE, GITLINK, SYMLINK, UNREAD, Source


def git(folder: Path, *arguments: str) -> str:
    command = [
        "git",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "-c",
        "protocol.file.allow=always",
        *arguments,
    ]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with a file of each kind."""
    git(tmp_path, "init", "-q", "-b", "main", "r")
    root = tmp_path / "r"
    (root / "binder").mkdir()
    (root / "binder/environment.yml").write_text("dependencies: []\n")
    (root / "binder/start").write_text("#!/bin/sh\n")
    (root / "binder/start").chmod(0o755)
    (root / "link").symlink_to("binder/environment.yml")
    (root / "ü ber.txt").write_text("x")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    return root


def listed(root: Path) -> list[Entry]:
    lines = git(root, "ls-files", "--stage", "-z").split("\0")
    return [
        Entry(path, int(fields.split()[0], 8), fields.split()[1])
        for fields, _, path in (line.partition("\t") for line in lines if line)
    ]


def indexed(root: Path) -> list[Entry]:
    place = find_git(root)
    assert place
    return read_index(place)


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_index_is_read_as_git_reads_it(tree: Path, version: str) -> None:
    if version == "3":  # git writes version 3 when an entry needs its extra flags
        (tree / "later").write_text("")
        git(tree, "add", "--intent-to-add", "later")
    git(tree, "update-index", "--index-version", version)
    assert indexed(tree) == listed(tree)
    assert (tree / ".git/index").read_bytes()[4:8] == bytes([0, 0, 0, int(version)])


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (b'{"image/png": "iVBORw0KGgo=\\n", "text/plain": "ghp_"}', b'{"image/png": "", "text/plain": "ghp_"}'),
        (b'"image/png":"a" "image/jpeg": "b" c', b'"image/png":"" "image/jpeg": "" c'),
        (b'"image/png": "never ended', b'"image/png": "never ended'),
        (b'"source": "\\"image/png\\": \\"a\\""', b'"source": "\\"image/png\\": \\"a\\""'),
        (b"\xff\x00", b"\xff\x00"),
    ],
)
def test_what_is_searched_leaves_pictures_out(data: bytes, left: bytes) -> None:
    assert Source("a.ipynb", data).searchable == left


def test_a_split_index_is_read_with_what_it_shares(tree: Path) -> None:
    for number in range(200):
        (tree / f"{number}.txt").write_text("x")
    git(tree, "add", "-A")
    git(tree, "update-index", "--split-index")
    assert indexed(tree) == listed(tree)
    for number in (3, 64, 65, 130):
        (tree / f"{number}.txt").write_text("changed")
    for number in range(70, 140, 3):
        (tree / f"{number}.txt").unlink()
    (tree / "0new.txt").write_text("x")
    (tree / "znew.txt").write_text("x")
    git(tree, "-c", "splitIndex.maxPercentChange=100", "add", "-A")
    index = parse_index((tree / ".git/index").read_bytes(), 20)
    assert index.shared and index.deleted and index.replaced
    assert indexed(tree) == listed(tree)


def test_an_index_with_long_names(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256", "s")
    (tmp_path / "s/a.txt").write_text("a")
    git(tmp_path / "s", "add", "-A")
    assert indexed(tmp_path / "s") == listed(tmp_path / "s")


@pytest.mark.parametrize("form", ["--sparse-index", "--no-sparse-index"])
def test_a_sparse_checkout(form: str, tree: Path) -> None:
    """What it leaves out is in the repository, and Binder gets it; it cannot be read here."""
    (tree / "data/deep").mkdir(parents=True)
    (tree / "data/deep/x.csv").write_text("1")
    (tree / "data/a.ipynb").write_text("{}")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "data")
    git(tree, "sparse-checkout", "set", "--cone", form, "binder")
    assert (b"sdir" in (tree / ".git/index").read_bytes()) == (form == "--sparse-index")
    assert {entry.path for entry in indexed(tree)} >= {"binder/start", "link", "ü ber.txt"}
    repo = Snapshot.from_folder(tree)
    assert set(repo.sources) == {entry.path for entry in listed(tree)}
    assert {path for path, source in repo.sources.items() if source.mode == UNREAD} == {
        "data/a.ipynb",
        "data/deep/x.csv",
    }
    found = [one for one in check(repo).diagnostics if one.name == "file-not-read"]
    assert [(str(one.severity), one.message) for one in found] == [
        ("info", "`data/a.ipynb` could not be read (a sparse checkout leaves it out), so it was not checked")
    ]
    (tree / "binder/start").unlink()
    assert "binder/start" not in Snapshot.from_folder(tree).sources


def test_modes_links_and_untracked(tree: Path) -> None:
    (tree / "binder/postBuild").write_text("#!/bin/sh\n")
    repo = Snapshot.from_folder(tree)
    assert repo.sources["binder/start"].mode == EXECUTABLE
    assert repo.sources["link"].mode == SYMLINK
    assert repo.get("link") is repo.sources["binder/environment.yml"]
    assert repo.exists("ü ber.txt")
    assert list(repo.untracked) == ["binder/postBuild"]
    assert not repo.exists("binder/postBuild"), "Binder does not get it"
    assert repo.is_dir("binder") and not repo.is_dir("binder/start")


def test_deleted_and_changed_files_are_as_on_disk(tree: Path) -> None:
    (tree / "binder/start").unlink()
    (tree / "binder/environment.yml").write_text("name: new\n")
    repo = Snapshot.from_folder(tree)
    assert not repo.exists("binder/start")
    assert repo.sources["binder/environment.yml"].data == b"name: new\n"


def test_a_commit_is_read_without_the_work_tree(tree: Path) -> None:
    (tree / "binder/environment.yml").write_text("broken: [")
    git(tree, "tag", "v1")
    for ref in ("HEAD", "main", "v1", git(tree, "rev-parse", "HEAD").strip()):
        repo = Snapshot.from_ref(tree, ref)
        source = repo.get("link")
        assert source and source.data == b"dependencies: []\n"
        assert repo.sources["binder/start"].mode == EXECUTABLE
    with pytest.raises(RepositoryError, match="no branch, tag or commit `v2`"):
        Snapshot.from_ref(tree, "v2")
    with pytest.raises(RepositoryError, match="--upload-pack"):
        Snapshot.from_ref(tree, "--upload-pack=x")


def test_git_facts(tree: Path, tmp_path: Path) -> None:
    git(tree, "branch", "other/one")
    git(tree, "tag", "v1")
    git(tree, "pack-refs", "--all")
    git(tmp_path, "clone", "-q", str(tree), "clone")
    clone = tmp_path / "clone"
    git(clone, "remote", "set-url", "origin", "git@github.com:Owner/name.git")
    facts = Snapshot.from_folder(clone).git
    assert facts.origin == "gh/Owner/name"
    assert facts.branch == facts.default_branch == "main"
    assert facts.refs == {"main", "other/one", "v1"}
    assert facts.complete
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tree}", "shallow")
    assert not Snapshot.from_folder(tmp_path / "shallow").git.complete
    git(clone, "worktree", "add", "-q", "../second", "-b", "second")
    assert "second" in Snapshot.from_folder(tmp_path / "second").git.refs


def test_a_folder_inside_a_work_tree_is_a_repository_of_its_own(tree: Path) -> None:
    repo = Snapshot.from_folder(tree / "binder")
    assert set(repo.sources) == {"environment.yml", "start"}
    assert not repo.git.origin


def test_submodules_are_folders(tree: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(tree), "outer")
    git(tmp_path / "outer", "submodule", "add", "-q", str(tree), "sub")
    repo = Snapshot.from_folder(tmp_path / "outer")
    assert repo.sources["sub"].mode == GITLINK
    assert repo.is_dir("sub") and repo.get("sub") is None


def test_without_git(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: []\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/x").write_text("")
    (tmp_path / "dangling").symlink_to("nowhere")
    repo = Snapshot.from_folder(tmp_path)
    assert set(repo.sources) == {"environment.yml", "dangling"}
    assert not repo.exists("dangling")


def test_nothing_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "environment.yml").write_text("dependencies: [python=3.12]\n")
    repo = Snapshot.from_folder(tmp_path)
    assert repo.get("environment.yml")
    assert "nothing-committed" in {found.name for found in check(repo).diagnostics}


def test_links_that_leave_or_loop() -> None:
    files = {
        "out": Source("out", b"../x", SYMLINK),
        "absolute": Source("absolute", b"/etc/passwd", SYMLINK),
        "loop": Source("loop", b"loop", SYMLINK),
        "binder": Source("binder", b"env", SYMLINK),
        "env/start": "x",
        "env/up": Source("env/up", b"../env/start", SYMLINK),
    }
    repo = Snapshot.from_dict(files)
    assert [repo.resolve(path) for path in ("out", "absolute", "loop")] == [None, None, None]
    assert repo.is_dir("binder")
    for path in ("binder/start", "binder/up", "env/../env/./start"):
        assert repo.get(path) is repo.sources["env/start"]


def test_what_is_no_file_is_passed_over(tree: Path) -> None:
    (tree / "binder/start").unlink()
    (tree / "binder/start").mkdir()
    if hasattr(os, "mkfifo"):  # Windows has no such files
        os.mkfifo(tree / "pipe")
    repo = Snapshot.from_folder(tree)
    assert repo.get("binder/start") is None
    assert "pipe" not in repo.untracked


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/o/r.git", "gh/o/r"),
        ("https://user:token@github.com/o/r", "gh/o/r"),
        ("git@github.com:o/r.git", "gh/o/r"),
        ("ssh://git@github.com/o/r", "gh/o/r"),
        ("https://gitlab.com/group/sub/r.git", "gl/group/sub/r"),
        ("https://example.org/o/r", ""),
        ("../other", ""),
    ],
)
def test_origin(url: str, name: str) -> None:
    assert hosted_name(url) == name


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="no such folder"):
        Snapshot.from_folder(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(RepositoryError, match="not a folder"):
        Snapshot.from_folder(tmp_path / "file")
