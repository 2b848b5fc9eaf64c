"""Attributes: what .gitattributes says of a path (gitattributes(5), git's attr.c)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from binderlint.pattern import regex
from binderlint.read.wildmatch import fits
from binderlint.values import NamedTuple

State = bool | str | None
"""Set, unset, a value, or (None) unspecified."""

_NAME = regex(rb"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
_LONGEST = 2048  # bytes of a line; git passes over longer ones (attr.c, ATTR_MAX_LINE_LENGTH)
_BINARY = (("diff", False), ("merge", False), ("text", False))


class Line(NamedTuple):
    """A line of a .gitattributes: what it is about, and what it says in the order in which it is written."""

    pattern: bytes
    """A pattern, or the name of a macro."""
    macro: bool
    states: tuple[tuple[str, State], ...]


def read_attributes(data: bytes) -> Iterator[Line]:
    """The lines of a .gitattributes that git accepts."""
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        text = line.lstrip(b" \t\r")
        if text and not text.startswith(b"#") and len(line) < _LONGEST and (found := _line(text)):
            yield found


def attributes(path: str, files: Iterable[tuple[str, bytes]]) -> dict[str, State]:
    """What holds for a path: every attribute that is named for it, with its state.

    `files` are the folders (`""` for the top) and contents of the .gitattributes files on the way to it; what comes later counts more.
    """
    found: dict[str, State] = {}
    lines = [(folder, line) for folder, data in files for line in read_attributes(data)]
    macros = {
        "binary": _BINARY,
        **{line.pattern.decode(): line.states for folder, line in lines if line.macro and not folder},
    }
    name = os.fsencode(path)
    for folder, line in reversed(lines):
        if not line.macro and fits(line.pattern, name, os.fsencode(folder)):
            _take(line.states, found, macros)
    return found


def _take(
    states: Iterable[tuple[str, State]], found: dict[str, State], macros: dict[str, tuple[tuple[str, State], ...]]
) -> None:
    for name, state in reversed(tuple(states)):
        if name not in found:
            found[name] = state
            if state is True and name in macros:
                _take(macros[name], found, macros)


def _line(text: bytes) -> Line | None:
    quoted = _unquote(text)
    if quoted:
        pattern, rest = quoted
    else:
        pattern, *more = text.replace(b"\t", b" ").replace(b"\r", b" ").split(b" ", 1)
        rest = more[0] if more else b""
    macro = pattern.startswith(b"[attr]") and pattern != b"[attr]"
    if macro:
        pattern = pattern.removeprefix(b"[attr]")
        if not _NAME.fullmatch(pattern):
            return None
    elif pattern.startswith(b"!") or pattern.endswith(b"/"):
        return None  # git allows the first in no attribute file; the second is about folders, and git stores none
    states = [_state(word) for word in rest.split()]
    return Line(pattern, macro, tuple(state for state in states if state)) if all(states) else None


def _state(word: bytes) -> tuple[str, State] | None:
    sign = word[:1]
    name, _, value = (word[1:] if sign in (b"-", b"!") else word).partition(b"=")
    if not _NAME.fullmatch(name):
        return None
    if sign in (b"-", b"!"):
        return name.decode(), None if sign == b"!" else False
    return name.decode(), value.decode("utf-8", "surrogateescape") if b"=" in word else True


_ESCAPES = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
    b'"': b'"',
    b"\\": b"\\",
}
_QUOTED = regex(rb'"((?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7]{2}))*)"')
_ESCAPE = regex(rb"\\([0-3][0-7]{2}|.)")


def _unquote(text: bytes) -> tuple[bytes, bytes] | None:
    """A pattern in quotes, with what follows it (git's quote.c, unquote_c_style); None where a line does not begin with one."""
    found = _QUOTED.match(text)
    if not found:
        return None
    return _ESCAPE.sub(lambda one: _ESCAPES.get(one[1]) or bytes([int(one[1], 8)]), found[1]), text[found.end() :]
