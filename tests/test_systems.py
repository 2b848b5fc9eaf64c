"""What Windows and macOS do otherwise, as far as Linux can act it: their work trees, names and links."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from binderlint.outside.programs import find_program
from binderlint.outside.worktree import _is_possible, _link_target
from binderlint.snapshot import Snapshot
from binderlint.source import REGULAR, decode_path
from tests.systems import linux


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]
    subprocess.run([*command, *arguments], cwd=folder, check=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with a link, a script that is executable to git, and a name with an accent."""
    root = tmp_path / "r"
    (root / "binder").mkdir(parents=True)
    (root / "binder/environment.yml").write_bytes(b"dependencies: []\n")
    (root / "binder/start").write_bytes(b"#!/bin/sh\n")
    (root / "link").symlink_to("binder/environment.yml")
    (root / "ü ber.txt").write_bytes(b"x")
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "core.symlinks", "true")
    git(root, "add", "-A")
    git(root, "update-index", "--chmod=+x", "binder/start")
    git(root, "commit", "-qm", "one")
    return root


def test_a_work_tree_without_links_and_modes(tree: Path, tmp_path: Path) -> None:
    """As git makes it on Windows: a link is a text file with its target, and nothing is executable."""
    git(tmp_path, "clone", "-q", "-c", "core.symlinks=false", "-c", "core.fileMode=false", str(tree), "windows")
    clone = tmp_path / "windows"
    (clone / "binder/start").chmod(0o644)
    assert (clone / "link").read_bytes() == b"binder/environment.yml" and not (clone / "link").is_symlink()
    repo, real = Snapshot.from_folder(clone), Snapshot.from_folder(tree)
    assert {path: (source.mode, source.data) for path, source in repo.sources.items()} == {
        path: (source.mode, source.data) for path, source in real.sources.items()
    }
    assert repo.get("link") is repo.sources["binder/environment.yml"]
    (tree / "link").unlink()
    (tree / "link").write_bytes(b"now a file")
    found = Snapshot.from_folder(tree).sources["link"]
    assert (found.mode, found.data) == (REGULAR, b"now a file"), "where git can make links it is what it looks like"


@linux
def test_names_that_the_disk_shows_in_other_letters(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows and macOS: a tracked file that has another name on the disk is not a second one. Linux has both."""
    (tree / "binder/Start").write_bytes(b"other")
    (tree / "Binder").mkdir()
    (tree / "Binder/apt.txt").write_bytes(b"git\n")
    git(tree, "add", "Binder")
    (tree / "binder/apt.txt").write_bytes(b"vim\n")
    assert set(Snapshot.from_folder(tree).untracked) == {"binder/Start", "binder/apt.txt"}
    (tree / "binder/start").rename(tree / "binder/elsewhere")
    real = os.lstat

    def lstat(path: Path) -> os.stat_result:
        alike = {str(tree / "binder/start"): "binder/Start", str(tree / "binder/apt.txt"): "Binder/apt.txt"}
        return real(tree / alike[str(path)] if str(path) in alike else path)

    monkeypatch.setattr(os, "lstat", lstat)
    repo = Snapshot.from_folder(tree)
    assert set(repo.untracked) == {"binder/elsewhere"}
    assert {"binder/start", "Binder/apt.txt"} < set(repo.sources)


@pytest.mark.parametrize(
    ("path", "possible"),
    [
        ("binder/start", True),
        ("ü ber.txt", True),
        (".binder/auxiliary", True),
        ("com10", True),
        ("a.b/c.d", True),
        ("aux.ipynb", False),
        ("a/NUL", False),
        ("con .x/a", False),
        ("COM1", False),
        ("start.", False),
        ("start /a", False),
        ("start:x", False),
        ("a\\b", False),
        ("what?", False),
        ("a\nb", False),
    ],
)
def test_names_that_windows_has_not(path: str, possible: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for system, expected in (("posix", True), ("nt", possible)):
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(os, "name", system)
            assert _is_possible(path) is expected


def test_the_target_of_a_link_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for written, stored in (("..\\binder\\start", b"../binder/start"), ("\\\\?\\C:\\x", b"C:/x")):
        monkeypatch.setattr(os, "readlink", lambda path, written=written: written)
        for system, target in (("posix", os.fsencode(written)), ("nt", stored)):
            with monkeypatch.context() as elsewhere:
                elsewhere.setattr(os, "name", system)
                assert _link_target(tmp_path) == target


def test_paths_that_are_no_text() -> None:
    for data in (b"\xff/start", b"\xed\xa0\x80", "ü".encode()):
        assert decode_path(data).encode("utf-8", "surrogateescape") == data


def test_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a program is looked for by its `.exe`; nowhere is it one of the current folder."""
    for folder, name in ((".", "git"), (".", "git.exe"), ("bin", "git"), ("bin", "git.exe"), ("bin", "readme")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(b"")
        (tmp_path / folder / name).chmod(0o644 if name == "readme" else 0o755)
    monkeypatch.chdir(tmp_path)
    programs = str(tmp_path / "bin")
    for system, names in (("posix", {"git": "git"}), ("nt", {"git": "git.exe", "git.exe": "git.exe"})):
        for name, file in names.items():
            with monkeypatch.context() as elsewhere:
                elsewhere.setattr(os, "name", system)
                found = [find_program(name, folders) for folders in (["", ".", "bin", programs], ["", ".", "bin"], [])]
            assert found == [os.path.join(programs, file), None, None]
    assert find_program("readme", [programs]) is None
