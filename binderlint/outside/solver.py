"""Solver: the one door to py-rattler, which `binderlint[lock]` installs: conda's packages for Linux, as mamba would choose them on Binder.

A library in this process; it starts no program. It asks the channels on the web for lists of their packages, and downloads packages only for `binderlint try`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from binderlint.outside.uv import MISSING
from binderlint.source import RepositoryError
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    import datetime

    import rattler

_SECONDS = 600  # of one solve
# Ubuntu 24.04 on x86-64, the system of repo2docker's images: what mamba finds there, as virtual packages.
_SYSTEM = (("__unix", "0", "0"), ("__linux", "5.15", "0"), ("__glibc", "2.39", "0"), ("__archspec", "1", "x86_64"))
_ALIAS = "https://conda.anaconda.org/"


class SolverError(RepositoryError):
    """The solver cannot be used, or a channel did not answer; the message is for the user."""


class UnsolvableError(Exception):
    """Nothing satisfies all specs; the message is the solver's reason."""


class Record(NamedTuple):
    """A package of a solution. `python` is True for one that depends on Python."""

    name: str
    version: str
    build: str
    python: bool
    size: int


def solve(
    specs: Sequence[str], channels: Sequence[str], date: datetime.datetime | None, strict: bool
) -> tuple[Record, ...]:
    """The packages for some specs, sorted by name, from channels by their names or addresses, those first come first.

    With a date, only packages up to it. `strict`: of a package that several channels have, only those of the first one count.
    Raises UnsolvableError; SolverError where a channel did not answer.
    """
    return tuple(sorted(_record(one) for one in _solve(specs, channels, date, strict)))


def make_environment(folder: Path, specs: Sequence[str], channels: Sequence[str]) -> None:
    """Download the packages for some specs and make an environment of them in a folder. No script of a package runs.

    Raises UnsolvableError; SolverError where a channel did not answer, or where the environment cannot be made.
    """
    import asyncio

    import rattler

    found = _solve(specs, channels, None, False)
    try:
        asyncio.run(rattler.install(found, folder, execute_link_scripts=False, show_progress=False))
    except Exception as error:  # the library's own, of which it has many
        raise SolverError(f"conda's packages cannot be installed: {_first(error)}") from error


def _solve(
    specs: Sequence[str], channels: Sequence[str], date: datetime.datetime | None, strict: bool
) -> list[rattler.RepoDataRecord]:
    import asyncio
    import datetime as dates

    try:
        import rattler
        from rattler.exceptions import SolverError as NoSolutionError
    except ImportError as error:
        raise SolverError(MISSING) from error
    config = rattler.ChannelConfig(channel_alias=os.environ.get("CONDA_CHANNEL_ALIAS") or _ALIAS)
    try:
        return asyncio.run(
            rattler.solve(
                [rattler.Channel(one, config) for one in channels],
                [rattler.MatchSpec(one, strict=False) for one in specs],
                platforms=["linux-64", "noarch"],
                virtual_packages=[_virtual(*one) for one in _SYSTEM],
                timeout=dates.timedelta(seconds=_SECONDS),
                channel_priority=rattler.ChannelPriority.Strict if strict else rattler.ChannelPriority.Disabled,
                exclude_newer=date,
                timestamp_policy="allow-missing",  # packages from before 2017 say no time
            )
        )
    except NoSolutionError as error:
        raise UnsolvableError(str(error)) from error
    except Exception as error:  # the library's own, of which it has many
        raise SolverError(f"conda's packages cannot be resolved: {_first(error)}") from error


def _virtual(name: str, version: str, build: str) -> rattler.GenericVirtualPackage:
    import rattler

    return rattler.GenericVirtualPackage(
        rattler.PackageName(name), rattler.Version(version), rattler.BuildString(build)
    )


def _record(one: rattler.RepoDataRecord) -> Record:
    needs = any(str(dependency).split()[:1] == ["python"] for dependency in one.depends)
    return Record(str(one.name.normalized), str(one.version), str(one.build), needs, int(one.size or 0))


def _first(error: BaseException) -> str:
    """The first line of what a library says, and the last of its causes."""
    lines = [line.strip().removeprefix("Caused by: ") for line in str(error).splitlines() if line.strip()]
    return ": ".join(dict.fromkeys([*lines[:1], *lines[-1:]]))[:500] or type(error).__name__
