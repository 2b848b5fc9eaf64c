"""Together: all that a repository lists, resolved: conda's packages first, then pip's beside them, as the build on Binder does it."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Iterator

from binderlint.lock import conda, pip
from binderlint.lock.moment import Moment
from binderlint.lock.pins import Conflict, Pin, Pins
from binderlint.lock.wanted import Wanted, find_wanted
from binderlint.read.digits import release
from binderlint.read.requirements import Requirement, canonical
from binderlint.repo2docker.tables import PLATFORM, repo2docker
from binderlint.snapshot import Snapshot
from binderlint.source import RepositoryError
from binderlint.values import NamedTuple

_SECONDS = 120.0  # for trying other Pythons
_LOOSENED = 4


class Resolved(NamedTuple):
    """The versions of all packages; `conda` and `pip` are None where these install nothing."""

    wanted: Wanted
    conda: Pins | None
    pip: Pins | None
    notes: tuple[str, ...]

    @property
    def pins(self) -> tuple[Pin, ...]:
        """All of them."""
        return tuple(one for found in (self.conda, self.pip) if found for one in found.pins)


class Unresolved(NamedTuple):
    """What stands against it."""

    wanted: Wanted
    conflict: Conflict


class Proposal(NamedTuple):
    """A Python, and a day where it needs one, with which all is resolved."""

    python: str
    moment: Moment | None


def lockable_pythons() -> list[str]:
    """The versions of Python that Binder has and that can be resolved for, newest first."""
    versions: list[str] = repo2docker()["python"]["lock_files"][PLATFORM]
    return sorted((one for one in versions if release(one) >= pip.FIRST_PYTHON), key=release, reverse=True)


def resolve_all(
    repo: Snapshot, python: str, moment: Moment | None, allow_builds: bool, learnt: pip.Learnt
) -> Resolved | Unresolved:
    """The versions for a Python, up to a day where one is given. Raises UvError and SolverError where there is no answer."""
    wanted = find_wanted(repo, python, moment is not None, allow_builds)
    date = moment.time if moment else None
    notes: list[str] = []
    by_conda: conda.CondaPins | None = None
    if wanted.specs:
        answer = conda.resolve([str(one.text) for one in wanted.specs], python, date, wanted.channels)
        if isinstance(answer, Conflict):
            return Unresolved(wanted, answer)
        by_conda = answer
    by_pip: Pins | None = None
    if wanted.requirements:
        installed = [f"{one.name}=={one.version}" for one in by_conda.python] if by_conda else []
        beside = _pip(wanted, python, date, allow_builds, installed, learnt)
        if isinstance(beside, Conflict) and installed:
            beside = _pip(wanted, python, date, allow_builds, [], learnt)
            notes.append(
                "pip replaces packages that conda has installed, because what it installs needs other versions"
            )
        if isinstance(beside, Conflict):
            return Unresolved(wanted, beside)
        notes += beside.notes
        theirs = {one.name for one in by_conda.python} if by_conda else set()
        by_pip = Pins(tuple(one for one in beside.pins if one.name not in theirs or _is_listed(one, wanted)))
    return Resolved(wanted, by_conda.found if by_conda else None, by_pip, tuple(notes))


def _pip(
    wanted: Wanted,
    python: str,
    date: datetime.datetime | None,
    allow_builds: bool,
    installed: Iterable[str],
    learnt: pip.Learnt,
) -> Pins | Conflict:
    limits = [*wanted.constraints, *installed]
    return pip.resolve(wanted.requirements, python, date, allow_builds, limits, wanted.places, learnt)


def _is_listed(pin: Pin, wanted: Wanted) -> bool:
    return any(one.key == pin.name for one in wanted.pip)


def proposals(repo: Snapshot, python: str, moment: Moment | None, last: Moment | None) -> Iterator[Proposal]:
    """What may be tried where a Python does not do: the others, newest first, on the same day, then on that of the last commit."""
    others = [one for one in lockable_pythons() if one != python]
    yield from (Proposal(one, moment) for one in others)
    if last and last != moment:
        yield from (Proposal(one, last) for one in (python, *others) if one in lockable_pythons())


def first_that_resolves(
    repo: Snapshot, tried: Iterable[Proposal], found: Unresolved, allow_builds: bool, learnt: pip.Learnt
) -> tuple[Proposal | None, bool]:
    """The first proposal with which all is resolved, None where there is none; and whether all were tried, which ends after two minutes."""
    end = time.monotonic() + _SECONDS
    for one in tried:
        if time.monotonic() > end:
            return None, False
        try:
            if _may_resolve(repo, one, found.conflict.packages, allow_builds, learnt) and isinstance(
                resolve_all(repo, one.python, one.moment, allow_builds, learnt), Resolved
            ):
                return one, True
        except RepositoryError:  # an index does not answer any more
            return None, False
    return None, True


class Loosened(NamedTuple):
    """A requirement without whose version all goes together, and the version that it gets then."""

    requirement: Requirement
    version: str


def loosened(
    python: str, moment: Moment | None, found: Unresolved, allow_builds: bool, learnt: pip.Learnt
) -> Iterator[Loosened]:
    """The requirements of pip in a conflict, of which one has a version too many: pip before 20.3 installed such packages all the same.

    Only the first few are tried, and none beside packages of conda.
    """
    wanted = found.wanted
    keys = {canonical(name) for name in found.conflict.packages}
    limited = [one for one in wanted.pip if one.key in keys and one.specifier and one.url is None]
    for one in limited[:_LOOSENED] if not wanted.specs else ():
        text = " ".join(str(one.text).split()).replace(str(one.specifier), "", 1)
        others = tuple(other for other in wanted.pip if other is not one)
        date = moment.time if moment else None
        try:
            answer = _pip(wanted._replace(pip=others, own=(*wanted.own, text)), python, date, allow_builds, [], learnt)
        except RepositoryError:  # an index does not answer any more
            return
        if isinstance(answer, Pins):
            yield Loosened(one, answer.version(one.key))


def _may_resolve(
    repo: Snapshot, one: Proposal, packages: Iterable[str], allow_builds: bool, learnt: pip.Learnt
) -> bool:
    """False where not even the packages of the conflict go together by themselves: to ask that takes no time."""
    wanted = find_wanted(repo, one.python, one.moment is not None, allow_builds)
    keys = {canonical(name) for name in packages}
    own = tuple(requirement for requirement in wanted.pip if requirement.key in keys)
    if not own or wanted.specs:
        return True
    date = one.moment.time if one.moment else None
    return isinstance(_pip(wanted._replace(pip=own, own=()), one.python, date, allow_builds, [], learnt), Pins)
