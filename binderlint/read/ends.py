"""Releases of systems and languages whose updates have ended."""

from __future__ import annotations

from collections.abc import Mapping

from binderlint.data import rows
from binderlint.values import NamedTuple


class EndOfLife(NamedTuple):
    """What gets no updates any more, the last day of them, and whether its packages are `moved`, `kept` or not the point (`none`)."""

    what: str
    day: str
    packages: str


_CALLED = {"centos": "CentOS", "debian": "Debian", "node": "Node.js", "python": "Python", "ubuntu": "Ubuntu"}


def ended_releases(product: str, day: str) -> Mapping[str, EndOfLife]:
    """The releases of a product (`python`, `node`, `debian`, `ubuntu` or `centos`) whose updates ended before a day."""
    return {
        release: EndOfLife(f"{_CALLED[product]} {release}".rstrip(), end, packages)
        for one, release, _, end, packages in rows("ends.tsv")
        if one == product and end < day
    }
