"""Unimportable: pinned releases that pip installs and that cannot be imported: on the Python of the build, or beside a newer release of what they need."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from binderlint.data import rows
from binderlint.fact import fact
from binderlint.facts.environment.installs import has_other_index, pip_files, pip_requirements
from binderlint.facts.environment.jupyter_stack import may_be_older
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import own_installs
from binderlint.facts.environment.pipfile import pipfile_requirements
from binderlint.facts.environment.python import python_minor
from binderlint.facts.scripts.other_lists import installs_other_list
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.constraints import only_below, pip_admits
from binderlint.read.digits import release
from binderlint.read.installer import asked_for
from binderlint.read.packages import packages_by_name
from binderlint.read.requirements import Requirement, parse_requirement
from binderlint.read.wheels import release as plain
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Text
from binderlint.values import NamedTuple

_PYTHON = "python"
_NUMBERS = regex(r"\d+(?:\.\d+)*(?:\.\*)?")


class Failing(NamedTuple):
    """A row of the table: releases of a package that fail when they are imported."""

    package: str
    module: str
    because: str
    """What is too new for them: `python`, or a package."""
    since: str
    """The first release of that package with which they fail; empty for Python."""
    python: str
    """The first Python on which they fail."""
    first: str
    """The first release that fails."""
    fixed: str
    """The first one after them that does not."""
    why: str
    """What they need that is not there any more, for a message; empty for a package that programs import, not for one that the server loads."""


class Unimportable(NamedTuple):
    """A requirement that only lets failing releases through."""

    requirement: Requirement
    failing: Failing


@cache
def _table() -> dict[str, tuple[Failing, ...]]:
    found: dict[str, tuple[Failing, ...]] = {}
    for row in rows("import_fails.tsv"):
        found[row[0]] = (*found.get(row[0], ()), Failing(*row))
    return found


def fails_on(one: Requirement, python: str) -> Failing | None:
    """Why a requirement cannot be imported on a Python; None where it can, or nobody knows."""
    return next((row for row in _failing(one, python) if row.because == _PYTHON), None)


def _failing(one: Requirement, python: str) -> list[Failing]:
    """The rows that are true of a requirement on a Python, whatever else is installed."""
    known = _table().get(one.key, ())
    if not known or one.url or not one.applies(python):
        return []
    return [row for row in known if release(python) >= release(row.python) and _lets_only(one, row)]


def _lets_only(one: Requirement, row: Failing) -> bool:
    """Whether pip takes one of the releases of a row: the newest that a requirement lets through is among them."""
    if not all(_NUMBERS.fullmatch(version) for version in one.lowest):
        return False
    if one.pin:
        return plain(row.first) <= plain(one.pin) < plain(row.fixed)
    if not only_below(one.specifier, release(row.fixed)):
        return False
    if one.lowest:
        lowest = (release(version.removesuffix(".*")) for version in one.lowest)
        return any(release(row.first) <= version < release(row.fixed) for version in lowest)
    return pip_admits(one.specifier, row.first) is True


@fact
def unimportable_pins(repo: Snapshot) -> tuple[Unimportable, ...]:
    """The requirements of the build that cannot be imported in it."""
    plan, python = build_plan(repo), python_minor(repo)
    if plan.error or not plan.transparent or plan.separate_kernel or not python:
        return ()
    asked = [one for one in (*pip_requirements(repo), *pipfile_requirements(repo)) if one.applies(python)]
    found = [Unimportable(one, row) for one in asked for row in _failing(one, python)]
    if not found or installs_other_list(repo) or _installs_again(repo, {one.requirement.key for one in found}):
        return ()
    return tuple(one for one in found if one.failing.because == _PYTHON or _is_newest(repo, one, asked, found))


def _is_newest(repo: Snapshot, one: Unimportable, asked: Iterable[Requirement], found: Iterable[Unimportable]) -> bool:
    """Whether pip certainly installs what is too new for a release: nothing that is listed may keep it back."""
    plan, needed = build_plan(repo), one.failing.because
    only_pip = plan.buildpack == Buildpack.PYTHON or (
        plan.buildpack == Buildpack.CONDA and {spec.key for spec in conda_specs(repo)} <= {"python", "pip"}
    )
    if not only_pip or own_installs(repo) or has_other_index(repo) or any(file.constraint for file in pip_files(repo)):
        return False
    if needed == "notebook" and may_be_older(repo, needed, release(one.failing.since)):
        return False
    same = {other.requirement.key for other in found if other.failing.because == needed}
    for other in asked:
        if other.key == needed:
            if other.url or only_below(other.specifier, release(one.failing.since)):
                return False
        elif other.key not in same and not other.spacy_model:
            package = packages_by_name().get(other.key)
            if package is None or needed in package.brings:
                return False
    return True


def _installs_again(repo: Snapshot, names: set[str]) -> bool:
    """Whether postBuild or start install one of these packages, in another version perhaps."""
    for script in (post_build_script(repo), start_script(repo)):
        for command in script.executed if script else ():
            if "install" not in command.values:
                continue
            words = command.values[command.values.index("install") + 1 :]
            for word in asked_for(command.name, words).packages:
                one = parse_requirement(Text(word, command.place))
                if not isinstance(one, Requirement) or one.key in names:
                    return True
    return False
