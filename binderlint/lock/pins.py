"""Pins: what a resolver answers: the versions that go together, or why there are none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from binderlint.read.requirements import canonical
from binderlint.values import NamedTuple


class Pin(NamedTuple):
    """A version of a package. The name is as indexes compare it, of conda's packages as conda does."""

    name: str
    version: str
    size: int = 0
    """Bytes to download, 0 where the index does not say."""
    source: bool = False
    """Only its source is there, so the build on Binder compiles it or runs its setup.py."""


class Pins(NamedTuple):
    """All versions that are installed together, sorted by name."""

    pins: tuple[Pin, ...]
    notes: tuple[str, ...] = ()
    """What the user should know of how they were found."""

    def version(self, name: str) -> str:
        """The version of a package; empty where it is not among them."""
        return next((one.version for one in self.pins if canonical(one.name) == canonical(name)), "")


class Conflict(NamedTuple):
    """Nothing satisfies all that is listed: the reason, the packages that it names, and what may help."""

    text: str
    packages: tuple[str, ...]
    hint: str = ""


def named_in(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of some names of packages that a resolver's text speaks of."""
    words = {canonical(word.rstrip(".-")) for word in re.findall(r"[A-Za-z0-9][\w.-]*", text)}
    return tuple(dict.fromkeys(name for name in names if canonical(name) in words))
