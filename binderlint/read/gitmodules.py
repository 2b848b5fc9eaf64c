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


def lfs_patterns(source: Source) -> Iterator[tuple[Text, bytes]]:
    """The patterns that .gitattributes gives to Git LFS, as they are written and as they are meant."""
    for line in source.lines():
        for read in read_attributes(line.encode("utf-8", "surrogateescape")):
            if ("filter", "lfs") in read.states and not read.macro:
                written = _PATTERN.match(line)
                yield line.part(*written.span(1)) if written else line, read.pattern


_PATTERN = regex(r"\s*(\"(?:[^\"\\]|\\.)*\"|\S+)")
