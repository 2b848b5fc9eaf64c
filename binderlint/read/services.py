"""Services: those on the web that ended, and what takes their place."""

from __future__ import annotations

import re

from binderlint.data import rows
from binderlint.values import NamedTuple


class Ended(NamedTuple):
    """A service that ended, which an address names: why nothing comes from it, the length of the address's beginning, and what to write there; empty where nothing takes its place."""

    reason: str
    length: int
    instead: str


def ended_service(address: str) -> Ended | None:
    """The service of an address, where it has ended."""
    for beginning, reason, instead in rows("dead_services.tsv"):
        if found := re.match(beginning, address):
            return Ended(reason, found.end(), instead)
    return None
