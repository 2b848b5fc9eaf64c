"""python-pin-not-exact: The Python version in environment.yml is not written as Binder reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import between, replace
from binderlint.changes.python import fitting_python
from binderlint.facts.environment.held import never_built, python_fits
from binderlint.facts.environment.locks import locks
from binderlint.facts.environment.mapping import conda_list, conda_specs, environment_file
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import python_replaced
from binderlint.read.matchspec import MatchSpec, admits_minor
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import DEFAULT_PYTHON
from binderlint.repo2docker.tables import PLATFORM, repo2docker
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Scalar, Source, Table, Text
from binderlint.values import NamedTuple


class Ask(NamedTuple):
    """One wish for a Python version in environment.yml, as the author wrote it."""

    place: Place
    written: str
    version: str
    """The version constraint, `""` for any."""
    spec: MatchSpec | None


class PythonPinNotExact(Rule):
    code = "CND003"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(environment_file)
    def check(self, repo: Snapshot, _: Source) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.buildpack != Buildpack.CONDA:
            return
        if plan.python is None:
            return
        if place := plan.python.place:
            if re.fullmatch(r"python\s*=+\s*3", item := place.text.strip("'\"")):
                yield self._no_minor(repo, place, item, fitting_python(repo, DEFAULT_PYTHON))
            return
        asks = [ask for ask in _asks(repo) if ask.version and ask.version.strip("= ") != "*"]
        if asks:
            yield self._unread(repo, asks)

    def _no_minor(self, repo: Snapshot, place: Place, item: str, right: str | None) -> Diagnostic:
        excluding = never_built(repo, DEFAULT_PYTHON)
        consequence = (
            python_replaced(DEFAULT_PYTHON, f"for which `{excluding.text}` was never built")
            if excluding
            else f"starts with its default, currently Python {DEFAULT_PYTHON}, which conda may replace with the newest"
        )
        return self.at(
            place,
            f"`{item}` has no minor version. Binder {consequence}",
            help=f"Give the version you work with, such as `python={right or '3.x'}`",
            fix=Fix(f"Pin Python {right}", (replace(place, f"python={right}"),), Applicability.UNSAFE)
            if right
            else None,
            severity=Severity.WARNING,
            level=Level.LAUNCH if excluding else Level.REPRODUCE,
        )

    def _unread(self, repo: Snapshot, asks: list[Ask]) -> Diagnostic:
        ask = asks[0]
        allowed = [minor for minor in _MINORS if all(admits_minor(one.version, minor) for one in asks)]
        known = [minor for minor in _known() if minor in allowed and python_fits(repo, minor)]
        best = _of_lock(repo, known) or (DEFAULT_PYTHON if DEFAULT_PYTHON in known or not known else known[-1])
        excluded = any(admits_minor(one.version, DEFAULT_PYTHON) is False for one in asks)
        consequence = (
            python_replaced(DEFAULT_PYTHON, "which this excludes")
            if excluded and ask.spec
            else f"ignores it and installs Python {DEFAULT_PYTHON}"
            if excluded
            else f"uses its default, currently Python {DEFAULT_PYTHON}, and another one when that default changes"
        )
        return self.at(
            ask.place,
            f"Binder cannot read a Python version from `{ask.written}`: it {consequence}",
            help=f"Give the version you work with directly after `python=`: `python={best}`",
            fix=_fix(ask, best, len(allowed) == 1) if known and len(asks) == 1 else None,
            severity=Severity.ERROR if excluded and not ask.spec else Severity.WARNING,
            level=Level.REPRODUCE if not excluded else Level.LAUNCH if ask.spec else Level.RUN,
        )


_MINORS = ("2.6", "2.7", *(f"3.{minor}" for minor in range(40)))


def _known() -> list[str]:
    """The Python versions that repo2docker has an environment for, the newest last."""
    versions: list[str] = repo2docker()["python"]["lock_files"][PLATFORM]
    return versions


def _asks(repo: Snapshot) -> Iterator[Ask]:
    """Every wish for a Python version, in the forms repo2docker cannot read."""
    for spec in conda_specs(repo):
        if spec.key == "python":
            yield Ask(spec.place, spec.text, str(spec.version or ""), spec)
    for item in conda_list(repo) or ():
        match item:
            case Table() if len(item) == 1 and (name := next(iter(item))).lower() == "python":
                value = item[name]
                if isinstance(value, (Text, Scalar)):
                    written = value.place.text.strip("'\" ")
                    place = item.place if item.flow else between(item.key(name), value)
                    yield Ask(place, place.text, f"={written}" if written[:1].isdigit() else written, None)


def _of_lock(repo: Snapshot, minors: list[str]) -> str | None:
    """The one of these versions that the first lock file which names a single version was made for."""
    exact = (lock for lock in locks(repo) if lock.python.startswith("=="))
    return next((minor for lock in exact for minor in minors if lock.fits(minor)), None)


def _fix(ask: Ask, minor: str, safe: bool) -> Fix | None:
    if ask.spec and ask.spec.whole:
        return None
    text, spec = f"python={minor}", ask.spec
    if spec:
        bare = f"python{spec.text[spec.text.lower().index('python') + 6 :]}"
        if re.match(r"python\s*=+\s*\d+\.\d", bare):
            text = bare
        elif spec.build:
            return None
    return Fix(
        f"Change it to `{text}`",
        (replace(ask.place, text),),
        Applicability.SAFE if safe else Applicability.UNSAFE,
    )
