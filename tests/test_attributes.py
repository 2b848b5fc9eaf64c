"""Attributes, held against `git check-attr`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from binderlint.read.attributes import State, attributes
from binderlint.read.wildmatch import Paths, fits, matches

PATHS = (
    "start",
    "a.sh",
    "binder/start",
    "binder/a.sh",
    "binder/deep/start",
    "binder/deep/b]c",
    "x/binder/start",
    "aXstart",
    "ü.sh",
)
PIECES = ["*", "**", "***", "?", "binder", "deep", "start", "*.sh", "a*", "[ab]*", "[!a]*", "[^s]*", "[a-s]tart", "[[:alpha:]]*", "[[:nope:]]", "[]b]*", "b[]]c", "[", "s\\tart", "\\*", "a**", "x", "[a", "[a-]*", "[\\]b]*", ".", "ü*", "??.sh"]  # fmt: skip
STATES = ["text", "-text", "!text", "text=auto", "eol=lf", "eol=crlf", "-eol", "binary", "-binary", "!binary", "mine", "-mine", "mine=2", "-x!", "=", "text=", "filter=lfs", "-", "!"]  # fmt: skip
PATTERN = st.builds(
    lambda start, parts, end: start + "/".join(parts) + end,
    st.sampled_from(["", "", "/", "!"]),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
)
LINE = st.builds(
    lambda blanks, pattern, states, end: blanks + " ".join([pattern, *states]) + end,
    st.sampled_from(["", " ", "\t"]),
    st.one_of(PATTERN, PATTERN.map(lambda text: f'"{text}"'), st.sampled_from(["[attr]mine", "[attr]binary", "[attr] mine", "# x", '"s\\164art"', '"start', "[attr]-x"])),
    st.lists(st.sampled_from(STATES), max_size=4),
    st.sampled_from(["\n", "\r\n", " \n"]),
)  # fmt: skip
FILE = st.lists(LINE, max_size=5).map("".join)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attributes")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / "binder/deep").mkdir(parents=True)
    return folder


def asked(tree: Path) -> dict[str, dict[str, State]]:
    """What git says of every path."""
    said: dict[str, dict[str, State]] = {path: {} for path in PATHS}
    nothing = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["git", "check-attr", "-z", "--all", "--stdin"],
        cwd=tree,
        input="\0".join([*PATHS, ""]).encode(),
        env={**nothing, "XDG_CONFIG_HOME": str(tree / "none"), "HOME": str(tree / "none")},
        capture_output=True,
        check=True,
    )
    words = done.stdout.decode().split("\0")[:-1]
    for path, name, state in zip(words[::3], words[1::3], words[2::3], strict=True):
        said[path][name] = {"set": True, "unset": False}.get(state, state)
    return said


@settings(max_examples=100, deadline=None)
@given(top=FILE, binder=FILE, deep=FILE, info=FILE)
@example(top="* text\nstart binary\n", binder="a**/start eol=lf\n", deep="", info="")
@example(
    top="a**/start mine\na**t mine=2\n[attr]mine text -eol\n", binder="", deep="start !text\n", info="/binder/** mine"
)
@example(top="\ufeffstart text\n" + "x" * 2050 + " text\n", binder="[attr]mine text\n* mine", deep="", info="")
def test_attributes_are_those_of_git(tree: Path, top: str, binder: str, deep: str, info: str) -> None:
    places = {"": ".gitattributes", "binder": "binder/.gitattributes", "binder/deep": "binder/deep/.gitattributes"}
    for place, text in zip([*places.values(), ".git/info/attributes"], [top, binder, deep, info], strict=True):
        (tree / place).parent.mkdir(exist_ok=True)
        (tree / place).write_bytes(text.encode())
    files = [*zip(places, (top.encode(), binder.encode(), deep.encode()), strict=True), ("", info.encode())]
    for path, expected in asked(tree).items():
        found = attributes(path, files)
        assert {name: state for name, state in found.items() if state is not None} == expected, path


@pytest.mark.parametrize(
    ("pattern", "path", "fitting"),
    [
        ("*", "a/b", False),
        ("**", "a/b", True),
        ("a/**", "a/b/c", True),
        ("a/**", "a", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("**/a/**/b", "x/a/y/z/b", True),
        ("a**c", "a/c", False),
        ("[a-c]?", "b/", False),
        ("[!a-c]", "/", False),
        ("[[:digit:][:upper:]]", "B", True),
        ("a\\", "a", False),
        ("[a", "a", False),
    ],
)
def test_wildmatch(pattern: str, path: str, fitting: bool) -> None:
    assert matches(pattern.encode(), path.encode()) is fitting


@given(
    st.sets(st.text("ab.]/ *[", min_size=1, max_size=6).map(str.encode), max_size=8),
    st.lists(st.sampled_from([*"ab./*?]", "**", "[ab]", "[!a.]", "[]a]", "\\*", "**/", "/**"]), min_size=1, max_size=5),
    st.sampled_from([b"", b"a"]),
)
def test_paths_are_found_without_trying_all(paths: set[bytes], pattern: list[str], folder: bytes) -> None:
    written = "".join(pattern).encode()
    expected = {path for path in paths if fits(written, path, folder)}
    assert set(Paths(paths).inside(folder).fitting(written)) == expected


def test_a_pattern_costs_one_pass() -> None:
    """With a matcher that goes back and tries again this does not end."""
    assert not matches(b"**/a*/" * 40 + b"*a" * 200 + b"b", b"a/" * 500 + b"a" * 2000)
