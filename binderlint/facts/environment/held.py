"""Held: the pip requirements that a version holds where no ready-made package fits the Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from binderlint.facts.environment.installs import pip_files
from binderlint.read.requirements import Requirement
from binderlint.read.wheels import Known, Release, known, release
from binderlint.snapshot import Snapshot


class Held(NamedTuple):
    """A requirement of the table that is held at a version, or that no version can meet."""

    requirement: Requirement
    version: Release
    known: Known
    missing: bool
    too_old: bool


def held_by_file(repo: Snapshot, python: str) -> Iterator[list[Held]]:
    for file in pip_files(repo):
        if not file.constraint:
            yield [held for one in file.requirements if one.applies(python) and (held := held_at(one, python))]


def held_at(one: Requirement, python: str) -> Held | None:
    """What the table says of a requirement for a Python; None where it says nothing."""
    table = known(one.key, python) if one.clauses and not one.url else None
    if table is None:
        return None
    exact = next((number for sign, number in one.clauses if sign in ("==", "===")), None)
    if exact:
        if not re.fullmatch(r"\d+(?:\.\d+)*", exact):
            return None
        version = release(exact)
        return Held(one, version, table, table.missing(version), table.too_old(version))
    for sign, number in one.clauses:
        if not re.fullmatch(r"\d+(?:\.\d+)*", number):
            return None
        version = release(number)
        dropped = table.dropped_from
        if sign in (">=", ">", "~=") and dropped and dropped <= version <= table.newest:
            return Held(one, version, table, True, False)
        if sign == "<" and table.first and version <= table.first:
            return Held(one, version, table, False, True)
    return None
