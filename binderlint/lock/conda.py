"""conda: the versions of conda's packages that go together on Binder, found by the solver of py-rattler."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from binderlint.lock.pins import Conflict, Pin, Pins, named_in
from binderlint.lock.reasons import conda_reason
from binderlint.outside.solver import Record, UnsolvableError, solve
from binderlint.pattern import regex
from binderlint.read.matchspec import parse_spec
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

CONDA_FORGE = "conda-forge"
# Anaconda's `defaults`, of which mamba asks all parts (conda/base/constants.py).
_DEFAULTS = ("https://repo.anaconda.com/pkgs/main", "https://repo.anaconda.com/pkgs/r")
_PIP_VERSION = regex(r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?")


class CondaPins(NamedTuple):
    """What conda installs, and of that the Python packages, as pip would call them if the names are the same."""

    found: Pins
    python: tuple[Pin, ...]


def channels_of(written: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The channels that mamba asks on Binder, first the first, for those in environment.yml; and those that are left out.

    repo2docker's own configuration adds conda-forge at the end. A folder of this computer is no channel for Binder.
    """
    asked: list[str] = []
    left: list[str] = []
    for one in written:
        if one == "defaults":
            asked += _DEFAULTS
        elif ("://" in one and not one.startswith(("https://", "http://"))) or one[:1] in "./~":
            left.append(one)
        elif one != "nodefaults":
            asked.append(one)
    return tuple(dict.fromkeys((*asked, CONDA_FORGE))), tuple(left)


def resolve(
    specs: Sequence[str],
    python: str,
    date: datetime.datetime | None = None,
    channels: Sequence[str] = (CONDA_FORGE,),
) -> CondaPins | Conflict:
    """The newest versions, up to a date, that satisfy match specs together for a Python (`3.10`) on Binder's system.

    Channels are asked with strict priority first, then with none: together that is mamba's flexible one, which repo2docker uses.
    Raises SolverError where a channel does not answer.
    """
    wanted = [*specs, f"python {python}.*"]
    reason = ""
    for strict in (True, False)[: 1 + (len(channels) > 1)]:
        try:
            return _pins(solve(wanted, channels, date, strict))
        except UnsolvableError as error:
            reason = reason or conda_reason(str(error))
    names = [spec.key for one in specs if (spec := parse_spec(_text(one)))]
    return Conflict(reason, named_in(reason, names))


def _pins(records: Sequence[Record]) -> CondaPins:
    pins = tuple(Pin(one.name, one.version, one.size) for one in records)
    python = {one.name for one in records if one.python}
    return CondaPins(
        Pins(pins), tuple(one for one in pins if one.name in python and _PIP_VERSION.fullmatch(one.version))
    )


def _text(written: str) -> Text:
    return Text(written, Source("", written.encode(errors="replace")).place())
