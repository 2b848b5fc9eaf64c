"""Specifiers: ranges of versions as pip reads them, where they are so plain that everybody agrees on them.

What is plain need not be asked of `packaging`, which takes longer to load than a whole check.
"""

from __future__ import annotations

import re

from binderlint.cache import remembered
from binderlint.pattern import regex

_RELEASE = regex(r"\d{1,9}(?:\.\d{1,9})*", re.ASCII)
_CLAUSE = regex(r"(==|!=|~=|<=|>=|<|>) *(\d{1,9}(?:\.\d{1,9})*)(\.\*)?", re.ASCII)

Clause = tuple[str, tuple[int, ...]]
"""An operator and a release; `==*` and `!=*` are those of `1.2.*`."""


def is_release(text: str) -> bool:
    """Whether a text is the version of a release, of numbers only: `1.26.4`."""
    return bool(_RELEASE.fullmatch(text))


def is_plain(specifier: str) -> bool:
    """Whether a specifier is one of released versions only, so that packaging accepts it."""
    return _clauses(specifier) is not None


def admits(specifier: str, version: str) -> bool | None:
    """Whether a plain specifier lets a released version through; None where one of the two is not plain."""
    clauses = _clauses(specifier)
    if clauses is None or not is_release(version):
        return None
    parts = tuple(map(int, version.split(".")))
    return all(_admits(operator, wanted, parts) for operator, wanted in clauses)


@remembered(20_000)
def _clauses(specifier: str) -> tuple[Clause, ...] | None:
    """The clauses of a plain specifier; None for one that is not."""
    clauses = []
    for written in specifier.split(",") if specifier.strip(" ") else ():
        found = _CLAUSE.fullmatch(written.strip(" "))
        if not found or (found[3] and found[1] not in ("==", "!=")) or (found[1] == "~=" and "." not in found[2]):
            return None
        clauses.append((found[1] + ("*" if found[3] else ""), tuple(map(int, found[2].split(".")))))
    return tuple(clauses)


def _admits(operator: str, wanted: tuple[int, ...], version: tuple[int, ...]) -> bool:
    length = max(len(wanted), len(version))
    one, other = _padded(version, length), _padded(wanted, length)
    match operator:
        case "==":
            return one == other
        case "!=":
            return one != other
        case "==*":
            return one[: len(wanted)] == wanted
        case "!=*":
            return one[: len(wanted)] != wanted
        case "~=":
            return one >= other and one[: len(wanted) - 1] == wanted[:-1]
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case _:
            return one >= other


def _padded(version: tuple[int, ...], length: int) -> tuple[int, ...]:
    return version + (0,) * (length - len(version))
