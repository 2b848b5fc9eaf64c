"""Patches: bytes that `git apply` takes, whatever is in the files and their names, and wherever they are printed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binderlint.escapes import printable
from binderlint.lint.diagnostic import Rename
from binderlint.outside import streams
from binderlint.outside.diff import patch
from binderlint.outside.disk import changes
from binderlint.outside.streams import show_patch
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, Source
from tests.systems import linux

LINES = st.sampled_from(
    [b"one\n", b"two\n", b"three\r\n", b"\r", b"\n", "ünï\n".encode(), b"caf\xe9\n", b"\0\n", b"\xff\xfea\0\n\0b\0\r\0\n\0",
     b"\xef\xbb\xbfbom\n", b"x\ty \n", b"-- a\n", b"+++ b\n", b"@@ -1 +1 @@\n", b"\\ No newline\n", b"\x1b[31m\n", b"\x0c\n",
     "\u2028\x85\n".encode(), b"::error::x\n", b"last", b"\xed\xa0\x80"]
)  # fmt: skip
CONTENTS = st.lists(LINES, max_size=8).map(b"".join) | st.binary(max_size=60)
NAMES = st.sampled_from(
    [b"a", b"b/c", "ü ber".encode(), b'q"uote', b"tab\there", b"postbuild", b"new", b"a\nb", b" lead", b"trail ", b"back\\slash",
     b"\xff\xfe", b"\x1b[31m", b"\x01\x07\x08\x0b\x0c\r\x7f", "\u202e".encode(), b"a -> b", b"d /e\t", b"::error::x", b"a => b"]
)  # fmt: skip
Tree = dict[bytes, tuple[bytes, int]]
TREES = st.dictionaries(NAMES, st.tuples(CONTENTS, st.sampled_from([REGULAR, EXECUTABLE])), max_size=4)


def put(root: Path, tree: Tree) -> None:
    for name, (data, mode) in tree.items():
        path = root / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode & 0o777)


def read(root: Path) -> dict[bytes, tuple[bytes, bool]]:
    paths = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {
        os.fsencode(path.relative_to(root).as_posix()): (path.read_bytes(), os.access(path, os.X_OK)) for path in paths
    }


def repository(tree: Tree) -> Snapshot:
    return Snapshot.from_dict(
        {os.fsdecode(name): Source(os.fsdecode(name), data, mode) for name, (data, mode) in tree.items()}
    )


def git(root: Path, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *words], cwd=root, input=stdin, capture_output=True, check=True)


@linux
@settings(max_examples=60, deadline=None)
@given(TREES, TREES)
def test_git_applies_our_patches(tmp_path_factory: pytest.TempPathFactory, old: Tree, new: Tree) -> None:
    root = tmp_path_factory.mktemp("patch")
    git(root, "init", "-q")
    put(root, old)
    data = patch(changes(repository(old), repository(new)))
    if data:
        git(root, "apply", "--check", "-", stdin=data)
        git(root, "apply", "-", stdin=data)
    assert read(root) == {name: (data, mode == EXECUTABLE) for name, (data, mode) in new.items()}


@linux
@settings(max_examples=30, deadline=None)
@given(NAMES)
def test_names_are_written_as_git_writes_them(tmp_path_factory: pytest.TempPathFactory, name: bytes) -> None:
    root = tmp_path_factory.mktemp("names")
    git(root, "init", "-q")
    put(root, {name: (b"x\n", REGULAR)})
    git(root, "add", "-A", "-f")
    theirs = git(root, "diff", "--cached", "--no-color").stdout.splitlines()
    ours = patch(changes(repository({}), repository({name: (b"x\n", REGULAR)}))).splitlines()
    assert ours[:2] == theirs[:2]
    assert ours[3] == theirs[4].rstrip(b"\t")  # where a name has a space, git adds a tab for GNU's patch


def test_a_rename_is_shown_as_one() -> None:
    before = Snapshot.from_dict({"postbuild": "a\nb\nc\nd\n"})
    text = patch(changes(before, before.apply([Rename("postbuild", "postBuild")])))
    assert text == b"diff --git a/postbuild b/postBuild\nrename from postbuild\nrename to postBuild\n"


HOSTILE = b"::stop-commands::x\ncaf\xe9 \x1b[31m \xe2\x80\xae\n##[set-output name=a]b\n"
CASES = {
    "utf-8": {},
    "c": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "utf-16": {"PYTHONIOENCODING": "utf-16"},
    "cp437": {"PYTHONIOENCODING": "cp437:strict", "PYTHONUTF8": "0"},
    "actions": {"GITHUB_ACTIONS": "true"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    link = b"[![Binder](https://mybinder.org/badge.svg)](http://mybinder.org/v2/gh/o/r/main)\n"
    put(tmp_path, {b"README.md": (HOSTILE + link, REGULAR), b"requirements.txt": (b"numpy==1.26.4\n", REGULAR)})
    hostile = b"\xff \n::error::x" if sys.platform == "linux" else b"#[x]"
    put(tmp_path, {hostile + b"/README.md": (link, REGULAR)})
    git(tmp_path, "init", "-q")
    return tmp_path


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    return subprocess.run(
        [sys.executable, "-m", "binderlint", *words], cwd=folder, env=kept | environment, capture_output=True
    )


@pytest.mark.parametrize("environment", CASES.values(), ids=CASES)
def test_diff_is_what_fix_writes(folder: Path, environment: dict[str, str]) -> None:
    """Whatever the encoding of the stream, the patch makes the same bytes as `--fix`."""
    done = run(folder, "--diff", **environment)
    assert done.returncode == 1, done.stderr
    git(folder, "apply", "--check", "-", stdin=done.stdout)
    git(folder, "apply", "-", stdin=done.stdout)
    applied = read(folder)
    git(folder, "apply", "-R", "-", stdin=done.stdout)
    assert read(folder) != applied
    run(folder, "--fix", **environment)
    assert read(folder) == applied


class Stream(io.TextIOWrapper):
    """Standard output that is a terminal, or a pipe."""

    def __init__(self, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def written(self) -> bytes:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue()


@pytest.fixture
def hostile_patch() -> bytes:
    return patch(changes(repository({}), repository({b"a": (HOSTILE + b"x", REGULAR)})))


def test_a_terminal_gets_text(monkeypatch: pytest.MonkeyPatch, hostile_patch: bytes) -> None:
    monkeypatch.setattr(sys, "stdout", stream := Stream(terminal=True))
    show_patch(hostile_patch, {"GITHUB_ACTIONS": "true"})
    shown = stream.written().decode()
    assert "\n+caf\\xe9 \\x1b[31m \\u202e\n" in shown
    assert shown == "".join(f"{printable(line)}\n" for line in shown.splitlines())
    assert len(shown.splitlines()) == hostile_patch.count(b"\n")


def test_the_runner_takes_no_command_from_a_patch(monkeypatch: pytest.MonkeyPatch, hostile_patch: bytes) -> None:
    """The commands are stopped with a token that changes from run to run, and taken again at the end."""
    monkeypatch.setattr(streams, "_is_file", lambda: False)
    tokens = set()
    for _ in range(2):
        monkeypatch.setattr(sys, "stdout", stream := Stream(terminal=False))
        show_patch(hostile_patch, {"GITHUB_ACTIONS": "true"})
        first, *lines, last = stream.written().splitlines(keepends=True)
        assert b"".join(lines) == hostile_patch
        assert first.startswith(b"::stop-commands::")
        token = first.removeprefix(b"::stop-commands::").strip()
        assert last == b"::%b::\n" % token
        assert token not in hostile_patch
        tokens.add(token)
    assert len(tokens) == 2
    monkeypatch.setattr(sys, "stdout", stream := Stream(terminal=False))
    show_patch(hostile_patch, {})
    assert stream.written() == hostile_patch
