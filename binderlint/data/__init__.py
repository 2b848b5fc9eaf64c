"""Data: tables of what ages, each with where its rows are from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

DATA = Path(__file__).parent


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table with tabs between its fields; comments and the line of headings are left out."""
    lines = [line for line in (DATA / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return tuple(tuple(line.split("\t")) for line in lines[1:])


@cache
def pairs(name: str) -> Mapping[str, str]:
    """The rows of a table of two columns, as a mapping."""
    found = {key: value for key, value in rows(name)}  # noqa: C416 (mypy does not see that a row has two fields)
    return MappingProxyType(found)


@cache
def listed_words(name: str) -> frozenset[str]:
    """The words of a list with blanks between them; comments are left out."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
