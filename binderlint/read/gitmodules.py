"""Submodules and attributes: .gitmodules and .gitattributes with places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.read.attributes import read_attributes
from binderlint.source import Source, Text
from binderlint.values import NamedTuple


class Submodule(NamedTuple):
    """A section of .gitmodules."""

    name: str
    path: str
    url: Text | None
    update: str


def read_modules(source: Source) -> list[Submodule]:
    """The submodules that .gitmodules describes."""
    found: list[Submodule] = []
    values: dict[str, Text] = {}
    name = ""

    def close() -> None:
        if name:
            found.append(Submodule(name, str(values.get("path", "")), values.get("url"), str(values.get("update", ""))))

    for line in source.lines():
        if header := re.match(r'[ \t]*\[submodule[ \t]+"(.*)"\]', line):
            close()
            name, values = header[1], {}
        elif setting := re.match(r"[ \t]*([A-Za-z0-9-]+)[ \t]*=[ \t]*(\"?)(.*?)\2[ \t]*(?:[#;].*)?$", line):
            values[setting[1].lower()] = line.part(*setting.span(3))
    close()
    return found


def lfs_patterns(source: Source) -> Iterator[tuple[Text, bytes, bool]]:
    """The patterns for which .gitattributes names a filter, as they are written and as they are meant, and whether it is that of Git LFS."""
    for line in source.lines():
        for read in read_attributes(line.encode("utf-8", "surrogateescape")):
            filters = [state for name, state in read.states if name == "filter"]
            if filters and not read.macro:
                written = _PATTERN.match(line)
                yield line.part(*written.span(1)) if written else line, read.pattern, filters[-1] == "lfs"


_PATTERN = regex(r"\s*(\"(?:[^\"\\]|\\.)*\"|\S+)")
