"""How far a fix can be trusted, whatever its rule says; and that nothing is offered that changes nothing."""

from __future__ import annotations

import pytest

from binderlint.changes.edits import EditError
from binderlint.lint.diagnostic import Applicability, Create, Delete, Edit, Fix, Recode, Rename, Replace, SetMode
from binderlint.lint.trust import comments, honest, is_idle
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, SYMLINK, Source, Span

UNSAFE, SAFE = Applicability.UNSAFE, Applicability.SAFE


def trust(path: str, text: str | bytes, *edits: Edit) -> Applicability | None:
    """What becomes of a safe fix in a repository of one file."""
    found = honest(Fix("t", edits), Snapshot.from_dict({path: text}))
    return found.applicability if found else None


def replacing(path: str, text: str, old: str, new: str) -> Applicability | None:
    start = text.index(old)
    return trust(path, text, Replace(path, Span(start, start + len(old)), new))


@pytest.mark.parametrize(
    ("edits", "idle"),
    [
        ([Replace("a", Span(0, 3), "one")], True),
        ([Replace("a", Span(1, 1), "")], True),
        ([Replace("a", Span(0, 3), "two")], False),
        ([Replace("a", Span(0, 1), ""), Replace("a", Span(3, 3), "o")], False),
        ([Replace("a", Span(0, 3), ""), Replace("a", Span(3, 3), "one")], True),
        ([Replace("a", Span(0, 3), "two"), Replace("b", Span(0, 1), "x")], False),
        ([Replace("a", Span(0, 2), "on"), Replace("a", Span(1, 3), "ne")], False),
        ([SetMode("a", REGULAR), Recode("a")], True),
        ([SetMode("a", EXECUTABLE)], False),
        ([Recode("b")], False),
        ([Recode("c")], False),
        ([Rename("a", "d")], False),
        ([Create("d", b"")], False),
        ([Delete("a")], False),
    ],
)
def test_is_idle(edits: list[Edit], idle: bool) -> None:
    files = {"a": "one", "b": "x".encode("utf-16"), "c": "\ufeffx"}
    repo = Snapshot.from_dict(files)
    before = {path: (source.data, source.mode) for path, source in repo.sources.items()}
    assert is_idle(edits, repo.sources) == idle
    try:
        after = repo.apply(edits)
    except EditError:
        assert not idle
        return
    assert ({path: (source.data, source.mode) for path, source in after.sources.items()} == before) == idle


def test_a_move_to_the_same_place_is_idle() -> None:
    assert is_idle([Rename("a", "a")], Snapshot.from_dict({"a": "one"}).sources)


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "expected"),
    [
        ("requirements.txt", "a==1\n", "a==1", "b", UNSAFE),
        ("requirements.txt", "a==1\n", "a", "b", SAFE),
        ("requirements.txt", "a==1\n", "==1", ">=1", SAFE),
        ("requirements.txt", "a==1\n", "==1", "", UNSAFE),
        ("requirements.txt", "a==1\n", "a==1\n", "", SAFE),
        ("requirements.txt", "a==0.0\n", "a==0.0", "b", SAFE),
        ("requirements.txt", "a==0.0.post12\n", "a==0.0.post12", "b", SAFE),
        ("requirements.txt", "a==0.1\n", "a==0.1", "b", UNSAFE),
        ("requirements.txt", "a==0.0.1\n", "a==0.0.1", "b", UNSAFE),
        ("environment.yml", "- a=1=0\n", "=0", "", SAFE),
        ("environment.yml", "- a=1=0\n", "=1=0", "", UNSAFE),
        ("environment.yml", "- a=1\n", "a=1", "b", UNSAFE),
        ("environment.yml", "[a=1, b]\n", "a=1, ", "", SAFE),
        ("binder/Dockerfile", "RUN pip install a==1\n", "a==1", "b", UNSAFE),
        ("README.md", "?a=1\n", "=1", "", SAFE),
    ],
)
def test_a_version_is_not_dropped_safely(path: str, text: str, old: str, new: str, expected: Applicability) -> None:
    assert replacing(path, text, old, new) is expected


def test_a_version_that_is_written_elsewhere_is_not_dropped() -> None:
    edits = (Replace("requirements.txt", Span(0, 4), "b"), Create("constraints.txt", b"a==1\n"))
    assert trust("requirements.txt", "a==1\n", *edits) is SAFE


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "expected"),
    [
        ("environment.yml", "a: 1 # why\n", "1 # why", "2", UNSAFE),
        ("environment.yml", "a: 1 # why\n", "1 # why", "2 # why", SAFE),
        ("environment.yml", "a: 1 # why\n", "1", "2", SAFE),
        ("environment.yml", "a: b#c\n", "b#c", "d", SAFE),
        (
            "environment.yml",
            "a: 1 # binderlint: ignore[CND001] ours\n",
            "1 # binderlint: ignore[CND001] ours",
            "2",
            UNSAFE,
        ),
        ("pyproject.toml", "a = 1#why\n", "1#why", "2", UNSAFE),
        ("install.R", "a(1)#why\n", "a(1)#why\n", "", UNSAFE),
        (".gitmodules", "url = a\n; why\n", "; why\n", "", UNSAFE),
        ("setup.cfg", "a = 1\n; why\n", "; why\n", "", UNSAFE),
        ("README.md", "a <!-- why\nnot --> b\n", "a <!-- why\nnot --> b", "c", UNSAFE),
        ("README.md", "# Title\n", "# Title", "# Name", SAFE),
        ("README.rst", ".. why\n", ".. why\n", "", UNSAFE),
        ("README.rst", ".. image:: a\n", ".. image:: a\n", "", SAFE),
        ("a.ipynb", '"!a\\n", "# why\\n"', ', "# why\\n"', "", UNSAFE),
        ("a.ipynb", '"!a # why\\n"', "!a # why", "", UNSAFE),
        ("a.ipynb", '"color": "a"', '"a"', '"b"', SAFE),
    ],
)
def test_a_comment_is_not_dropped_safely(path: str, text: str, old: str, new: str, expected: Applicability) -> None:
    assert replacing(path, text, old, new) is expected


def test_a_file_is_not_deleted_safely_with_its_comments() -> None:
    assert trust("runtime.txt", "python-3.12 # why\n", Delete("runtime.txt")) is UNSAFE
    assert trust("runtime.txt", "python-3.12\n", Delete("runtime.txt")) is SAFE
    moved = (Delete("requirements.txt"), Create("environment.yml", b"dependencies: [a] # why\n"))
    assert trust("requirements.txt", "a # why\n", *moved) is SAFE


def test_what_is_not_text_is_not_edited_line_by_line() -> None:
    data = "a\n".encode("utf-16-le")
    assert trust("requirements.txt", data, Replace("requirements.txt", Span(4, 4), "b\n")) is None
    assert trust("requirements.txt", data, Replace("requirements.txt", Span(0, 4), "a\n")) is SAFE
    assert trust("requirements.txt", "a\n".encode("utf-16"), Replace("requirements.txt", Span(3, 3), "b\n")) is SAFE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x [b]\nc: [*x, d]\n", None),
        ("a: &x b\nc: d\n", SAFE),
        ("a: '*.csv'\nc: d & e\n", SAFE),
        ("a: *.csv\nc: d\n", SAFE),
    ],
)
def test_yaml_with_aliases_is_not_edited(text: str, expected: Applicability | None) -> None:
    assert replacing("environment.yml", text, "d", "e") is expected


def test_a_path_that_is_taken_is_not_offered() -> None:
    files = {
        "a": "1\n",
        "link": Source("link", b"nowhere", SYMLINK),
        "mine": Source("mine", b"", tracked=False),
    }
    repo = Snapshot.from_dict(files)
    for edit in (Rename("a", "link"), Rename("a", "mine"), Create("link", b""), Create("mine", b""), Delete("mine")):
        assert honest(Fix("t", (edit,)), repo) is None, edit
    assert honest(Fix("t", (Rename("a", "b"),)), repo)
    assert honest(Fix("t", (Delete("link"), Rename("a", "link"))), repo)


def test_comments_end_with_their_line() -> None:
    assert comments("a # b\r\n#c  \r\n", "start") == ["# b", "#c"]


NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.mark.parametrize(
    ("others", "edit", "expected"),
    [
        ({"Procfile": ""}, Replace("runtime.txt", Span(11, 13), ""), UNSAFE),
        ({"Procfile": "", "a.ipynb": NOTEBOOK}, Replace("runtime.txt", Span(11, 13), ""), UNSAFE),
        ({}, Replace("runtime.txt", Span(11, 13), ""), SAFE),
        ({"package.json": "{}"}, Replace("start", Span(0, 0), "#!/bin/sh\n"), UNSAFE),
        ({"package.json": "{}", "postBuild": ""}, Replace("start", Span(0, 0), "#!/bin/sh\n"), SAFE),
        ({"Procfile": ""}, Replace("requirements.txt", Span(0, 0), "b\n"), SAFE),
        ({"Procfile": ""}, Replace("requirements.txt", Span(1, 4), ""), Applicability.DISPLAY),
        ({"postBuild": ""}, Replace("requirements.txt", Span(1, 4), ""), UNSAFE),
        ({"Procfile": ""}, Rename("requirements.txt", "binder/requirements.txt"), UNSAFE),
        ({"Procfile": ""}, Delete("requirements.txt"), Applicability.DISPLAY),
        ({"postBuild": ""}, Delete("requirements.txt"), SAFE),
    ],
)
def test_what_an_application_reads_too(others: dict[str, str], edit: Edit, expected: Applicability) -> None:
    files = {"runtime.txt": "python-3.12.4\n", "start": "x\n", "requirements.txt": "a==1\n"}
    found = honest(Fix("t", (edit,)), Snapshot.from_dict({**files, **others}))
    assert found is not None and found.applicability is expected
