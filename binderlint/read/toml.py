"""TOML as repo2docker reads it: pyproject.toml with the standard library, Pipfile and Project.toml with the older package `toml`."""

from __future__ import annotations

import re
import sys
from functools import lru_cache

from binderlint.pattern import regex
from binderlint.read.plain_toml import plain_toml
from binderlint.source import Place, Source, Text
from binderlint.typed import Any

_HEADER = regex(r"[ \t]*\[[ \t]*([^\[\]#]+?)[ \t]*\][ \t]*(?:#.*)?$")
_KEY = regex(r"[ \t]*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:[ \t]*\.[ \t]*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)[ \t]*=[ \t]*")
_VALUE = regex(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|[^#]*?(?=[ \t]*(?:#|$))")
_AT_LINE = regex(r"\(?(?:at )?line (\d+)(?:,? column (\d+))?")
# tomllib takes time with the square of the parts of a dotted key, and `toml` with that of brackets in brackets, until Python allows no more.
_MOST_PARTS = 100
_PART = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*"
_LONG_KEY = regex(
    rf"((?:^|[{{,])[ \t]*(?:\[+[ \t]*)?{_PART}(?:\.[ \t]*{_PART}){{{_MOST_PARTS}}})((?:\.[ \t]*{_PART})+)"
)
_MOST_BRACKETS = 1000


def parse_pyproject(source: Source) -> dict[str, Any]:
    """What `tomllib.load` gives for a file opened in binary mode. Raises what it raises: TOMLDecodeError, UnicodeDecodeError."""
    return parse_toml(source.data.decode())


@lru_cache(maxsize=2)
def parse_toml(text: str) -> dict[str, Any]:
    """What `tomllib.loads` gives, but that the parts of a key after the hundredth are one; nobody changes it. Raises TOMLDecodeError, RecursionError."""
    if (plain := plain_toml(text)) is not None:
        return plain
    if sys.version_info >= (3, 11):
        import tomllib
    else:  # below 2.4: later ones take TOML 1.1, which the tomllib of repo2docker's own Python refuses
        import tomli as tomllib

    return tomllib.loads(_with_short_keys(text) if text.count(".") > _MOST_PARTS else text)


def _with_short_keys(text: str) -> str:
    rests: dict[str, int] = {}

    def shorter(found: re.Match[str]) -> str:
        return f'{found[1]}."{rests.setdefault(found[2].strip(), len(rests))}" '

    lines = text.splitlines(keepends=True)
    return "".join(_LONG_KEY.sub(shorter, line) if line.count(".") > _MOST_PARTS else line for line in lines)


def parse_loose(text: str) -> dict[str, Any]:
    """What `toml.loads` gives, which accepts and refuses other files than TOML says. Raises what it raises, not only TomlDecodeError."""
    import toml

    if text.count("[") > _MOST_BRACKETS and "[" * _MOST_BRACKETS in re.sub(r"\s+", "", text):
        raise RecursionError("brackets nested too deeply")
    found: dict[str, Any] = toml.loads(text)
    return found


def decode_error_place(source: Source, error: Exception) -> Place:
    """The line that a TOML parser complains about; the first that is not UTF-8; else the first of the file."""
    if isinstance(error, UnicodeError):
        return source.decode_error or source.place()
    if str(error).endswith("(at end of document)"):
        last = len(source.text.rstrip())
        return source.place(max(0, last - 1), last)
    found = _AT_LINE.search(str(error))
    if not found or not 1 <= int(found[1]) <= len(source.line_starts):
        return source.place()
    line = source.line(int(found[1]))
    start = min(line.start + int(found[2] or 1) - 1, line.end)
    return source.place(start if start < line.end else line.start, line.end)


def find_value(source: Source, *keys: str) -> Text | None:
    """The value of a key as it is written, found by its table header and name; None for rarer forms than `[table]` and `key = value`.

    The text is the value without its quotes; the place covers them.
    """
    return find_values(source).get(keys)


@lru_cache(maxsize=2)
def find_values(source: Source) -> dict[tuple[str, ...], Text]:
    """The values of all keys that are written as `find_value` looks for them; nobody changes it."""
    values: dict[tuple[str, ...], Text] = {}
    table: list[str] = []
    for line in source.lines():
        if header := _HEADER.match(line):
            table = _dotted(header[1])
            continue
        found = _KEY.match(line)
        value = _VALUE.match(line[found.end() :]) if found else None
        if found and value:
            place = line.part(found.end(), found.end() + value.end()).place
            text = next((group for group in value.groups() if group is not None), value[0])
            values.setdefault((*table, *_dotted(found[1])), Text(text, place))
    return values


def _dotted(written: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", written)]
