"""Readers: what they give on either side of their limits."""

from __future__ import annotations

import pytest

from binderlint.data import rows
from binderlint.lint.rule import one_line
from binderlint.lint.wording import counted, listed, with_article
from binderlint.read.address import parse_address
from binderlint.read.constraints import poetry_admits
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.requirements import Option, Requirement, read_requirements, short
from binderlint.read.secrets import tokens
from binderlint.read.toml import parse_loose, parse_toml
from binderlint.read.wheels import known
from binderlint.read.wildmatch import matches
from binderlint.source import Source


@pytest.mark.parametrize(("length", "shown"), [(59, 59), (60, 60), (61, 60), (500, 60)])
def test_long_values_are_cut(length: int, shown: int) -> None:
    text = short("a" * length)
    assert len(text) == shown
    assert text.endswith("...") == (length > 60)


@pytest.mark.parametrize("length", [999, 1000, 1001, 1500])
def test_long_messages_are_cut(length: int) -> None:
    line = one_line("a" * length)
    assert len(line) == min(length, 1000)
    assert line.endswith("\u2026") == (length > 1000)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("", ""),
        ("a", "`a`"),
        ("ab", "`a` and `b`"),
        ("abc", "`a`, `b` and `c`"),
        ("abcd", "`a`, `b`, `c` and 1 more"),
    ],
)
def test_lists_of_names(values: str, words: str) -> None:
    assert listed(values) == words


def test_numbers_of_things() -> None:
    assert [counted(number, "line") for number in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]
    assert [counted(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]


@pytest.mark.parametrize(
    "words",
    ["a GitHub token", "an npm token", "a PyPI token", "an OpenAI key", "an AWS secret key", "an SSH key", "a PGP key", "a private key", "an access key"],
)  # fmt: skip
def test_articles(words: str) -> None:
    assert with_article(words.split(" ", 1)[1]) == words


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("-r a.txt", "a.txt"),
        ('-r "a b.txt"', "a b.txt"),
        ("-r ''", ""),
        ("-r 'a'", "a"),
        ('-r "', '"'),
        ("-r \"a'", "\"a'"),
    ],
)
def test_values_of_options(line: str, value: str) -> None:
    (option,) = read_requirements(Source("requirements.txt", line.encode()))
    assert isinstance(option, Option)
    assert str(option.value) == value


@pytest.mark.parametrize(
    ("line", "name", "extras"),
    [
        ("https://x.org/foo-1.0-py3-none-any.whl", "foo", ()),
        ("https://x.org/foo-1.0-py3-none-any.whl#sha256=0a-1.whl", "foo", ()),
        ("foo[b,c] @ https://x.org/a.zip", "foo", ("b", "c")),
        ("-e git+https://github.com/a/b#egg=foo", "foo", ()),
        ("-e git+https://github.com/a/b#egg=foo[c,d]&subdirectory=e", "foo", ("c", "d")),
        ("git+https://github.com/a/b#egg=foo", "foo", ()),
        ("./foo[b]", "", ("b",)),
    ],
)
def test_names_of_addresses(line: str, name: str, extras: tuple[str, ...]) -> None:
    (one,) = read_requirements(Source("requirements.txt", line.encode()))
    assert isinstance(one, Requirement)
    assert (str(one.name), one.extras) == (name, extras)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        (b"?", b"\xff", True),
        (b"*", b"a\xffb", True),
        (b"a/**", b"a/\xff", True),
        (b"[a-", b"a", False),
        (b"[a", b"a", False),
        (b"[]a]", b"]", True),
        (b"[!a]", b"b", True),
        (b"[!a]", b"/", False),
        (b"[a-c]", b"b", True),
        (b"[a-]", b"-", True),
        (b"[[:digit:]]", b"5", True),
        (b"[[:digit:]]", b"x", False),
        (b"[[:word:]]", b"x", False),
        (b"[[:]", b":", True),
        (b"[a\\-z]", b"-", True),
        (b"[a-\\c]", b"b", True),
        (b"\\*", b"*", True),
        (b"\\", b"\\", False),
        (b"a**b", b"axb", True),
        (b"a**b", b"a/b", False),
        (b"**/b", b"b", True),
        (b"**/b", b"x/y/b", True),
        (b"a/**/b", b"a/b", True),
        (b"a/**/b", b"a/x/b", True),
    ],
)
def test_patterns_of_git(pattern: bytes, path: bytes, expected: bool) -> None:
    assert matches(pattern, path) == expected


def test_wheels_that_are_gone_have_a_first_and_a_last() -> None:
    found = known("tensorflow", "3.10")
    assert found is not None and found.gone
    for low, high in found.gone:
        assert found.missing(low)
        assert found.missing(high)


@pytest.mark.parametrize(("after", "found"), [("", 1), (" ", 1), ('"', 1), ("Z", 0), ("-", 1)])
def test_a_token_ends_where_it_ends(after: str, found: int) -> None:
    source = Source("a.txt", f"glpat-x7Kq2mW9tR4vB8nL3pZs{after}\n".encode())
    assert len(list(tokens(source.slice(0, len(source.text))))) == found


def test_a_key_of_very_many_parts_is_not_that_deep() -> None:
    found: object = parse_toml(" . ".join(["a"] * 900) + " = 1\n")
    depth = 0
    while isinstance(found, dict):
        (found,) = found.values()
        depth += 1
    assert found == 1
    assert depth < 110


def test_many_brackets_are_not_deep_ones() -> None:
    text = "".join(f"a{number} = [1]\n" for number in range(1100))
    assert len(parse_loose(text)) == 1100
    with pytest.raises(RecursionError):
        parse_loose("a = " + "[ " * 1001)


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("https://mybinder.org/v2/gh/Ada/Waves/HEAD", "gh/ada/waves"),
        ("https://mybinder.org/v2/gh/Ada/Waves.git/HEAD", "gh/ada/waves"),
        ("https://mybinder.org/v2/gh/https://github.com/Ada/Waves/HEAD", "gh/ada/waves"),
        ("https://mybinder.org/v2/gl/lab%2Fwaves/main", "gl/lab/waves"),
        ("https://mybinder.org/repo/Ada/Waves", "gh/ada/waves"),
        ("https://mybinder.org/v2/zenodo/10.5281/zenodo.1/", ""),
    ],
)
def test_what_a_link_launches(address: str, identity: str) -> None:
    found = parse_address(address)
    assert found is not None
    assert found.identity == identity


def test_values_of_a_notebook_and_their_places() -> None:
    text = '{"cells": [], "met\\u0061data": {"tags": ["a", "b"], "x": {}}, "nbformat": 4}'
    notebook = PlainNotebook(Source("a.ipynb", text.encode()))
    assert notebook.value("metadata", "tags").place.text == '["a", "b"]'
    assert notebook.value("metadata", "x").place.text == "{}"
    assert notebook.value("metadata").place.text == '{"tags": ["a", "b"], "x": {}}'


# What Poetry 2.5.1 itself did with these and Python 3.10.13, with `virtualenvs.create` switched off.
@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("^3", True), ("^3.10.13", True), ("^3.10.14", False), ("^3.7,<3.9", False),
        ("~3.10", True), ("~3.10.5", True), ("~3.9", False), ("~2.7", False), ("~=3.8", True), ("~=3.11", False),
        ("3.10", False), ("==3.10", False), ("3.10.*", True), ("==3.10.*", True), ("3.9.*", False), ("!=3.10.*", False),
        ("<3.10", False), ("<=3.10", False), (">3.10", True), (">=3.11,<4.0", False), (">=3.8, !=3.10.13", False), ("*", True),
        (">=3.7,<3.9 || >=3.11", False), (">=3.7,<3.9||>=3.10", True), ("3.9 || 3.10", False),
        ("3.10 - 3.12", None), ("^0.9", None),
    ],
)  # fmt: skip
def test_constraints_of_poetry(written: str, allowed: bool | None) -> None:
    assert poetry_admits(written, "3.10.13") is allowed


def test_no_package_of_the_table_of_imports_is_one_that_pip_does_not_know() -> None:
    """What the table says of a module is written into requirements.txt."""
    wrong = {name for name, *_ in rows("wrong_pip_names.tsv")}
    assert not [package for package, modules, *_ in rows("imports.tsv") if modules and package in wrong]
