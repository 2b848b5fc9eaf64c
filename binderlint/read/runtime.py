"""runtime.txt: the language, version and date that repo2docker reads, or the error it raises (buildpacks/base.py)."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.read.digits import DAY
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

_VERSION = regex(r"\d+(?:\.\d+)*")


class Runtime(NamedTuple):
    """What stands in runtime.txt. Where repo2docker refuses the file, `error` holds its words and the parts are None."""

    text: Text
    """The content without the white space around it, which repo2docker strips."""
    name: Text | None
    version: Text | None
    date: Text | None
    error: str = ""

    @property
    def is_numbered(self) -> bool:
        """Whether the version is numbers with dots between them; any other one stops repo2docker, whose message is not about the file."""
        return bool(self.version and _VERSION.fullmatch(self.version))


def read_runtime(source: Source) -> Runtime:
    """Parse runtime.txt: `name-version`, `name-version-yyyy-mm-dd` or `name-yyyy-mm-dd`."""
    whole = source.slice(0, len(source.text))
    text = whole.trimmed()
    if source.encoding != "utf-8" or source.decode_error:
        return Runtime(text, None, None, None, "'utf-8' codec can't decode the file")
    starts = [0, *(found.end() for found in re.finditer("-", text))]
    parts = [text.part(start, end - 1) for start, end in zip(starts, [*starts[1:], len(text) + 1], strict=True)]
    if len(parts) not in (2, 4, 5) or not all(parts):
        return Runtime(text, None, None, None, f"Invalid runtime.txt: {text}")
    name, version = parts[0], parts[1] if len(parts) in (2, 5) else None
    if len(parts) == 2:
        return Runtime(text, name, version, None)
    date = text.part(starts[-3], len(text))
    return Runtime(text, name, version, date, _date_error(date))


def _date_error(date: Text) -> str:
    if not DAY.match(date):
        return f"Invalid runtime.txt date: {date}"
    from datetime import datetime

    try:
        datetime.fromisoformat(date)
    except ValueError as error:
        return str(error)
    return ""
