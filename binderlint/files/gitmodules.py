"""Submodules and attributes: .gitmodules and .gitattributes with places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import NamedTuple

from binderlint.source import Source, Text


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


def lfs_patterns(source: Source) -> Iterator[Text]:
    """The patterns that .gitattributes gives to Git LFS."""
    for line in source.lines():
        found = re.match(r"[ \t]*(\"(?:[^\"\\]|\\.)*\"|[^ \t]+)[ \t]", line)
        if found and not line.lstrip().startswith("#") and re.search(r"[ \t]filter=lfs(?:[ \t]|$)", line):
            yield line.part(*found.span(1))


def attribute_matches(folder: str, pattern: str, path: str) -> bool:
    """Whether a pattern of the .gitattributes in a folder is about a path."""
    pattern = pattern.strip('"')
    if folder:
        if not path.startswith(f"{folder}/"):
            return False
        path = path[len(folder) + 1 :]
    if "/" not in pattern.rstrip("/"):
        return fnmatch(path.rpartition("/")[2], pattern)
    pattern = pattern.lstrip("/")
    return fnmatch(path, pattern) or fnmatch(path, pattern.replace("**/", ""))
