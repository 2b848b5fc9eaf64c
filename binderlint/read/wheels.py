"""Wheels: which releases of much used packages pip finds, ready-made or at all, for a version of Python."""

from __future__ import annotations

import re
from functools import cache

from binderlint.data import DATA
from binderlint.read import digits
from binderlint.typed import Any
from binderlint.values import NamedTuple

Release = tuple[int, ...]


class Known(NamedTuple):
    """What the table knows of a package for one Python."""

    first: Release | None
    """The first release with a ready-made build, None where that is not known."""
    gone: tuple[tuple[Release, Release], ...]
    """Ranges of releases, both ends included, that pip does not find at all."""
    newest: Release
    """The newest release that the table knows."""
    releases: tuple[Release, ...]
    """All final releases that any Python can have, oldest first."""
    compiles: Release | None = None
    """The first release that pip compiles with what Binder's images have."""
    alone: bool = True
    """Whether no other Python got its first build with the same release: else the package simply had no wheels before."""

    def missing(self, release: Release) -> bool:
        """Whether pip finds no such release for this Python."""
        return any(low <= release <= high for low, high in self.gone)

    def too_old(self, release: Release) -> bool:
        """Whether the release is from before the first ready-made build, and pip usually cannot compile it."""
        compiled = self.compiles is not None and release >= self.compiles
        return self.first is not None and release < self.first and not compiled

    def never_built(self, release: Release) -> bool:
        """Whether nobody built a release for this Python: it is older than the one before the first with a wheel, or this Python was dropped before it."""
        if self.dropped_from and self.dropped_from <= release <= self.newest:
            return True
        first = self.first or self._after_gone
        if first is None or not self.alone or len(release) < 2:
            return False
        major, minor, patch = (*first, 0, 0)[:3]
        earliest = (major, minor) if patch else (major, minor - 1) if minor else (major - 1, 0)
        return release[:2] < earliest

    @property
    def _after_gone(self) -> Release | None:
        """The first release that pip finds, of a package whose older ones had neither a source nor a build for this Python."""
        first = next((one for one in self.releases if not self.missing(one)), None)
        return first if first and self.missing(self.releases[0]) else None

    @property
    def dropped_from(self) -> Release | None:
        """The release from which on this Python is not supported, None while the newest one does."""
        return next((low for low, high in self.gone if high == self.newest), None)


def known(package: str, python: str) -> Known | None:
    """What is known of a package (its name in lower case with dashes) for a Python such as `3.10`."""
    entry = _table().get(package)
    if entry is None or not re.fullmatch(r"3\.(?:[789]|1[0-4])", python):
        return None
    first = entry.get("first", {}).get(python)
    gone = tuple((release(low), release(high)) for low, high in entry["gone"].get(python, []))
    alone = list(entry.get("first", {}).values()).count(first) < 2
    compiles = release(entry["compiles"]) if "compiles" in entry else None
    newest = release(entry["newest"])
    return Known(release(first) if first else None, gone, newest, releases(package), compiles, alone)


@cache
def releases(package: str) -> tuple[Release, ...]:
    """All final releases of a package, oldest first; none where the table does not have it."""
    return tuple(map(_plain_release, _table().get(package, {}).get("releases", "").split()))


def _plain_release(version: str) -> Release:
    """A release of the table, whose numbers are short."""
    while version.endswith(".0"):
        version = version[:-2]
    return tuple(map(int, version.split(".")))


def release(version: str) -> Release:
    """`1.26.0` as (1, 26); zeros at the end say nothing."""
    parts = list(digits.release(version))
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def is_unknown(package: str, version: str) -> bool:
    """Whether a version, written as plain numbers, is none of those that the table has, and older than the newest of them."""
    known = releases(package)
    return bool(known) and release(version) < known[-1] and release(version) not in known


@cache
def _table() -> dict[str, Any]:
    import json

    data: dict[str, Any] = json.loads((DATA / "wheels.json").read_bytes())
    packages: dict[str, Any] = data["packages"]
    return packages
