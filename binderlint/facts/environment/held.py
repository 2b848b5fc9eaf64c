"""Held: the packages that a version holds where no ready-made package fits the Python, and whether a Python fits all that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from binderlint.data import rows
from binderlint.fact import fact
from binderlint.facts.environment.installs import has_other_index, pip_files, pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import own_asked, own_installs, own_python
from binderlint.facts.environment.pipfile import is_locked, pipfile_requirements
from binderlint.facts.environment.unimportable import fails_on
from binderlint.facts.scripts.commands import script_commands
from binderlint.pattern import regex
from binderlint.read import digits
from binderlint.read.constraints import pip_admits
from binderlint.read.matchspec import MatchSpec
from binderlint.read.packages import names_of_conda
from binderlint.read.pythons import python_release
from binderlint.read.requirements import Requirement, canonical, parse_requirement
from binderlint.read.wheel_names import refused_for, wheel_file
from binderlint.read.wheels import Known, Release, is_unknown, known, release
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import WITH_RUNTIME
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

_DIGITS = r"\d+(?:\.\d+)*"
_POST = regex(r"\.?post\d*$")  # built for the Pythons of its release
_CLAUSE = regex(r"(<=|>=|==|!=|<|>)\s*(\d+(?:\.\d+)*)")
_PINNED = regex(r"=*\s*(\d+\.\d+(?:\.\d+)*)(?:\.\*)?")  # with one number alone, many series are meant


class Held(NamedTuple):
    """A requirement of the table that is held at a version, or that no version can meet."""

    requirement: Requirement
    """What is listed."""
    version: Release
    known: Known
    missing: bool
    too_old: bool
    needs: str = ""
    """What the listed release requires, such as `torch<1.10`, where that is what is held."""

    @property
    def named(self) -> str:
        """What is held, for a sentence."""
        written = self.requirement.text.partition(";")[0].strip()
        return f"`{self.needs}` (required by `{written}`)" if self.needs else f"`{written}`"

    @property
    def lacks(self) -> str:
        """Why a Python does not have a version that is missing: the words before the Python."""
        dropped = self.known.dropped_from
        return (
            "needs a newer Python than"
            if dropped is not None and self.version >= dropped
            else "was never built for Python"
        )


@fact
def pip_lists(repo: Snapshot) -> tuple[tuple[Requirement, ...], ...]:
    """What pip and pipenv are asked for, file by file, and by the package in the root."""
    files = (file.requirements for file in pip_files(repo) if not file.constraint and not file.server)
    return tuple(listed for listed in (*files, pipfile_requirements(repo), own_asked(repo)) if listed)


def held_by_file(repo: Snapshot, python: str) -> Iterator[list[Held]]:
    for listed in pip_lists(repo):
        wanted = [one for one in listed if one.applies(python)]
        yield [held for one in wanted if (held := held_at(one, python) or _held_by_needs(repo, one, python))]


def held_at(one: Requirement, python: str) -> Held | None:
    """What the table says of a requirement for a Python; None where it says nothing."""
    found = None if one.url else _held(one.key, one.clauses, python)
    return Held(one, *found) if found else None


def _held_by_needs(repo: Snapshot, one: Requirement, python: str) -> Held | None:
    """What the table says of what a listed release requires, which nothing else may bring; None where it says nothing."""
    for text in release_needs(repo, one):
        need = _written(text)
        found = _held(need.key, need.clauses, python) if need else None
        if found and (found[2] or found[3]):
            return Held(one, *found, needs=text)
    return None


def release_needs(repo: Snapshot, one: Requirement) -> tuple[str, ...]:
    """What a listed release requires with an upper end, as far as the table knows, without what conda, an address or another index may bring."""
    row = next((needs for first, last, needs in _needs().get(one.key, ()) if _is_within(one, first, last)), "")
    if not row or is_locked(repo) or has_other_index(repo):
        return ()
    names = names_of_conda()
    other = {names.get(spec.key, spec.key) for spec in conda_specs(repo)}
    other |= {each.key for each in pip_requirements(repo) if each.url}
    return tuple(text for text in row.split() if (need := _written(text)) and need.key not in other)


@cache
def _needs() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for package, *row in rows("needs.tsv"):
        found.setdefault(package, []).append(row)
    return found


def _is_within(one: Requirement, first: str, last: str) -> bool:
    """Whether a requirement is exactly one release between two others."""
    exact = one.pin if not one.url and re.fullmatch(_DIGITS, one.pin) else ""
    return bool(exact) and release(first) <= release(exact) <= release(last)


def _written(text: str) -> Requirement | None:
    """A requirement of the table."""
    one = parse_requirement(Text(text, Source("", text.encode()).place(0, len(text))))
    return one if isinstance(one, Requirement) else None


def is_out_of_reach(written: str, python: str) -> bool:
    """Whether no release that a requirement such as `torch<1.10` allows has a ready-made build for a Python, as far as the table knows the package."""
    one = _written(written)
    held = held_at(one, python) if one else None
    return held is not None and (held.missing or held.too_old)


def python_fits(repo: Snapshot, python: str) -> bool:
    """Whether nothing that is known speaks against a Python: what pip and conda are asked for, and the repository's own package where it is installed."""
    plan, own = build_plan(repo), own_python(repo)
    if own and own_installs(repo) and pip_admits(own, python_release(python)) is False:
        return False
    if plan.buildpack in WITH_RUNTIME and not plan.binder_dir and own and pip_admits(own, python) is False:
        return False  # repo2docker stops at a runtime.txt that requires-python excludes (python/__init__.py)
    asked = (*pip_requirements(repo), *own_asked(repo))
    pip = [(one.key, one.clauses) for one in asked if one.applies(python) and not one.url]
    pip += [(one.key, one.clauses) for one in pipfile_requirements(repo) if one.applies(python)]
    listed = [one for one in (*asked, *pipfile_requirements(repo)) if one.applies(python)]
    needed = [need for one in listed for text in release_needs(repo, one) if (need := _written(text))]
    pip += [(need.key, need.clauses) for need in needed]
    found = [_held(*one, python) for one in pip]
    if any(one and (one[2] or one[3]) for one in found):
        return False
    if any(fails_on(one, python) for one in (*pip_requirements(repo), *pipfile_requirements(repo))):
        return False
    wheels = [str(one.url or one.text) for one in pip_requirements(repo) if one.applies(python)]
    wheels += [word.value or "" for _, command in script_commands(repo) for word in command.args]
    if any((name := wheel_file(one)) and refused_for(name, python) for one in wheels):
        return False
    return never_built(repo, python) is None


def _held(key: str, clauses: tuple[tuple[str, str], ...], python: str) -> tuple[Release, Known, bool, bool] | None:
    """The version that clauses hold a package at, what is known of the package, and whether that version is missing or too old for a Python."""
    table = known(key, python) if clauses else None
    if table is None:
        return None
    exact = next((number for sign, number in clauses if sign in ("==", "===")), None)
    if exact:
        exact = _POST.sub("", exact)
        if exact.endswith(".*"):
            within = digits.release(exact[:-2])
            series = [one for one in table.releases if _padded_to(one, len(within)) == within]
            if not series:
                return None
            exact = ".".join(map(str, next((one for one in reversed(series) if not table.missing(one)), series[-1])))
        if not re.fullmatch(_DIGITS, exact):
            return None
        if is_unknown(key, exact):
            return None  # version-not-on-pypi
        version = release(exact)
        return version, table, table.missing(version), table.too_old(version)
    for sign, number in clauses:
        if not re.fullmatch(_DIGITS, number):
            return None
        version = release(number)
        dropped = table.dropped_from
        if sign in (">=", ">", "~=") and dropped and dropped <= version <= table.newest:
            return version, table, True, False
        if sign == "<" and table.first and version <= table.first:
            return version, table, False, True
    newest = _newest(table, clauses)
    if newest is not None:
        return (newest, table, False, True) if table.too_old(newest) else None
    there = any(not table.missing(one) for one in table.releases)
    return (release(clauses[0][1]), table, True, False) if there else None


def newest_release(key: str, clauses: tuple[tuple[str, str], ...], python: str) -> Release | None:
    """The release that pip takes of a package, the newest within clauses that there is for a Python; None where that is not known."""
    table = known(key, python)
    if table is None or not all(re.fullmatch(_DIGITS, number) for _, number in clauses):
        return None
    return _newest(table, clauses)


def _newest(table: Known, clauses: tuple[tuple[str, str], ...]) -> Release | None:
    return next((one for one in reversed(table.releases) if not table.missing(one) and _meets(one, clauses)), None)


def _meets(one: Release, clauses: tuple[tuple[str, str], ...]) -> bool:
    """Whether a release lies within clauses of plain numbers."""
    for sign, number in clauses:
        other = release(number)
        within = {
            "==": one == other,
            "===": one == other,
            ">=": one >= other,
            ">": one > other,
            "<=": one <= other,
            "<": one < other,
            "!=": one != other,
            "~=": one >= other and _padded(one, number) == digits.release(number)[:-1],
        }
        if not within[sign]:
            return False
    return True


def _padded(one: Release, number: str) -> Release:
    """The first numbers of a release, one fewer than another has."""
    return _padded_to(one, number.count("."))


def _padded_to(one: Release, size: int) -> Release:
    """The first numbers of a release, with zeros where it has fewer."""
    return (*one, *[0] * size)[:size]


def never_built(repo: Snapshot, python: str) -> MatchSpec | None:
    """The first package of conda's whose pinned version nobody built for a Python; None where nothing is known of one."""
    return next((spec for spec in conda_specs(repo) if _is_never_built(spec, python)), None)


def _is_never_built(spec: MatchSpec, python: str) -> bool:
    """Whether conda-forge has no build for a Python of a pinned version, or of the newest below an upper end: it begins with the version that is the newest then."""
    name = canonical(spec.name)
    table = known(names_of_conda().get(name, name), python)
    if table is None or not spec.version:
        return False
    if pinned := _PINNED.fullmatch(spec.version):
        return table.never_built(digits.release(pinned[1]))
    clauses = tuple((sign, number) for sign, number in _CLAUSE.findall(spec.version))
    if not any(sign in ("<", "<=") for sign, _ in clauses) or _CLAUSE.sub("", spec.version).strip(", "):
        return False
    newest = next((one for one in reversed(table.releases) if _meets(one, clauses)), None)
    dropped = table.dropped_from
    return newest is not None and not (dropped and newest >= dropped) and table.never_built(newest)
