"""apt.txt: its entries as repo2docker puts them on the command line of apt-get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from binderlint.data import rows
from binderlint.pattern import regex
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

# buildpacks/base.py: the only check, and only of the start of the line
_ACCEPTED = regex(r"[a-z0-9.+-]+")
# A package as apt-get takes it: name, architecture, version or release; a `-` or `+` at the end removes or adds.
PACKAGE = regex(r"([a-z0-9][a-z0-9.+-]*)(?::[a-z0-9-]+)?(?:([=/])(\S+))?$")
# What the shell that runs apt-get acts on.
SHELL_SIGNS = regex(r"[;&|`<>\\]|\$[({A-Za-z]")


class AptEntry(NamedTuple):
    """A line of apt.txt without its comment: usually one package, but apt-get gets every word of it."""

    text: Text
    words: tuple[Text, ...]

    @property
    def accepted(self) -> bool:
        """Whether repo2docker takes the line; it raises ValueError for another."""
        return bool(_ACCEPTED.match(self.text))


class Successor(NamedTuple):
    """What became of a package that Ubuntu 24.04 does not have."""

    name: str
    kind: str
    """`rename`, `replace` or `gone`."""


def read_apt(source: Source) -> tuple[AptEntry, ...]:
    """The entries of apt.txt; none where it is not UTF-8, which repo2docker cannot read."""
    if source.encoding != "utf-8" or source.decode_error or "\0" in source.text:
        return ()
    return tuple(_entries(source))


def _entries(source: Source) -> Iterator[AptEntry]:
    for line in source.lines():  # what repo2docker strips, Python's way; the shell parts words at blanks and tabs only
        entry = line.part(0, len(line.partition("#")[0])).trimmed()
        if entry:
            yield AptEntry(entry, tuple(entry.part(*found.span()) for found in re.finditer(r"[^ \t]+", entry)))


@cache
def gone_from_noble() -> dict[str, Successor]:
    """Packages that Ubuntu 24.04 lacks, by name; data/noble.tsv says how each is known."""
    return {name: Successor(successor, kind) for name, successor, kind, _ in rows("noble.tsv")}
