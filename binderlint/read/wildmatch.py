"""Wildmatch: git's patterns for paths, as in .gitattributes and .gitignore (git's wildmatch.c with WM_PATHNAME).

A path is followed through all places of the pattern at once, one bit for each, so the time is that of one pass whatever the pattern is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator

from binderlint.cache import remembered
from binderlint.values import NamedTuple

_SLASH = ord("/")
_CLASSES: dict[bytes, Callable[[bytes], bool]] = {
    b"alnum": bytes.isalnum,
    b"alpha": bytes.isalpha,
    b"blank": b" \t".__contains__,
    b"cntrl": lambda byte: byte < b" " or byte == b"\x7f",
    b"digit": bytes.isdigit,
    b"graph": lambda byte: b" " < byte < b"\x7f",
    b"lower": bytes.islower,
    b"print": lambda byte: b" " <= byte < b"\x7f",
    b"punct": lambda byte: b" " < byte < b"\x7f" and not byte.isalnum(),
    b"space": bytes.isspace,
    b"upper": bytes.isupper,
    b"xdigit": b"0123456789abcdefABCDEF".__contains__,
}


def fits(pattern: bytes, path: bytes, folder: bytes = b"") -> bool:
    """Return True if a pattern of the file in a folder is about a path in that folder: the last part of the path, where the pattern has no slash, else all of it."""
    if folder:
        if not path.startswith(folder + b"/"):
            return False
        path = path[len(folder) + 1 :]
    if b"/" not in pattern:
        return matches(pattern, path.rpartition(b"/")[2])
    pattern = pattern.removeprefix(b"/")
    literal = len(pattern) - len(
        pattern.lstrip(_PLAIN)
    )  # git compares this piece before it looks for stars (dir.c, match_pathname)
    return path.startswith(pattern[:literal]) and matches(pattern[literal:], path[literal:])


class Paths:
    """Many paths, among which those that a pattern is about are found by its letters before the first star or after the last one."""

    def __init__(self, paths: Iterable[bytes], folder: bytes = b"") -> None:
        self._folder = folder
        self._whole = sorted((path, path) for path in paths)
        self._names = sorted((path.rpartition(b"/")[2], path) for _, path in self._whole)
        self._ends = sorted((name[::-1], path) for name, path in self._names)

    def inside(self, folder: bytes) -> Paths:
        """Those in a folder, where a pattern begins to count."""
        if not folder:
            return self
        start = folder + b"/"
        return Paths((self._whole[row][1][len(start) :] for row in _beginning(self._whole, start)), start)

    def fitting(self, pattern: bytes) -> Iterator[bytes]:
        """Those that a pattern is about."""
        written = pattern.removeprefix(b"/") if b"/" in pattern else pattern
        head = written[: len(written) - len(written.lstrip(_PLAIN))]
        tail = written[len(written.rstrip(_PLAIN.replace(b"]", b""))) :].rpartition(b"/")[2]
        beginnings = self._whole if b"/" in pattern else self._names
        at_head, at_tail = _beginning(beginnings, head), _beginning(self._ends, tail[::-1])
        table, rows = (beginnings, at_head) if len(at_head) < len(at_tail) else (self._ends, at_tail)
        return (self._folder + path for row in rows if fits(pattern, path := table[row][1]))


def _beginning(table: list[tuple[bytes, bytes]], start: bytes) -> range:
    """The rows of a sorted table whose keys begin in some way."""
    low = bisect_left(table, (start,))
    return range(low, bisect_right(table, start, low, key=lambda row: row[0][: len(start)]))


_PLAIN = bytes(set(range(256)) - set(b"*?[\\"))


def matches(pattern: bytes, path: bytes) -> bool:
    """Return True if a pattern fits a whole path, `/` for `/`; False also for a pattern that git cannot read."""
    known = _compiled(pattern)
    if known is None:
        return False
    states = _entered(1, known.skips)
    for byte in path:
        states = _entered((states & known.steps[byte]) << 1, known.skips) | states & known.stays[byte]
        if not states:
            return False
    return bool(states >> known.length)


class _Compiled(NamedTuple):
    """Bit n stands for "n pieces of the pattern have matched"."""

    steps: list[int]
    """By byte: the places from which it leads one piece further."""
    stays: list[int]
    """By byte: the places at which a star takes it."""
    skips: int
    """The places whose next piece may be left out."""
    length: int


def _entered(states: int, skips: int) -> int:
    """The places just reached, and those after pieces that may be left out."""
    while more := (states & skips) << 1 & ~states:
        states |= more
    return states


@remembered(20_000)
def _compiled(pattern: bytes) -> _Compiled | None:
    steps, stays = [0] * 256, [0] * 256
    skips = place = 0
    offset, end = 0, len(pattern)
    while offset < end:
        byte, bit = pattern[offset], 1 << place
        offset += 1
        if byte == ord("*"):
            start = offset - 1
            while pattern[offset : offset + 1] == b"*":
                offset += 1
            whole = offset - start > 1 and (start == 0 or pattern[start - 1] == _SLASH)
            if whole and pattern[offset : offset + 1] == b"/":  # `**/`: any folders, or none
                offset += 1
                skips |= bit
                steps[_SLASH] |= bit
                place += 1
                _allow(stays, range(256), bit)
            elif whole and offset == end:  # `/**`: all that is inside
                _allow(stays, range(256), bit)
            else:
                _allow(stays, [other for other in range(256) if other != _SLASH], bit)
            continue
        if byte == ord("?"):
            chosen = set(range(256)) - {_SLASH}
        elif byte == ord("["):
            found = _bracket(pattern, offset)
            if found is None:
                return None
            chosen, offset = found
        else:
            if byte == ord("\\"):
                if offset == end:
                    return None
                byte = pattern[offset]
                offset += 1
            chosen = {byte}
        _allow(steps, chosen, bit)
        place += 1
    return _Compiled(steps, stays, skips, place)


def _allow(table: list[int], chosen: range | list[int] | set[int], bit: int) -> None:
    for byte in chosen:
        table[byte] |= bit


def _bracket(pattern: bytes, offset: int) -> tuple[set[int], int] | None:
    """The bytes that a bracket expression takes, and where it ends; None where it never does."""
    negated = pattern[offset : offset + 1] in (b"!", b"^")
    offset += negated
    chosen: set[int] = set()
    last, first = -1, True  # the byte before, from which a `-` may go on
    while offset < len(pattern) and (first or pattern[offset] != ord("]")):
        byte, first = pattern[offset], False
        offset += 1
        if byte == ord("[") and pattern[offset : offset + 1] == b":":
            close = pattern.find(b"]", offset + 1)
            if close < 0:
                return None
            if pattern[close - 1] == ord(":") and close - 1 > offset:
                if (name := pattern[offset + 1 : close - 1]) not in _CLASSES:
                    return None
                chosen |= {byte for byte in range(256) if _CLASSES[name](bytes((byte,)))}
                offset, last = close + 1, -1
                continue
        elif byte == ord("-") and last >= 0 and offset < len(pattern) and pattern[offset] != ord("]"):
            upper = pattern[offset]
            offset += 1
            if upper == ord("\\"):
                if offset == len(pattern):
                    return None
                upper = pattern[offset]
                offset += 1
            chosen |= set(range(last, upper + 1))
            last = -1
            continue
        elif byte == ord("\\"):
            if offset == len(pattern):
                return None
            byte = pattern[offset]
            offset += 1
        chosen.add(byte)
        last = byte
    if offset >= len(pattern):
        return None
    return (set(range(256)) - chosen if negated else chosen) - {_SLASH}, offset + 1
