"""Diff: changes as a patch that `git apply` accepts, renames, modes and missing last newlines included."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from binderlint.outside.disk import Change
from binderlint.source import Source
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTEXT = 3


def patch(changed: Iterable[Change], folder: str = "") -> bytes:
    """The patch for a list of changes, with the bytes of the files, whose paths are below a folder. A new file with the content of a deleted one is a rename."""
    changed = [Change(_below(folder, change.before), _below(folder, change.after)) for change in changed]
    moves: dict[str, Source] = {}
    for change in changed:
        origin = _origin(change, changed, {source.path for source in moves.values()})
        if origin:
            moves[change.path] = origin
    sources = {origin.path for origin in moves.values()}
    return b"".join(
        line
        for change in changed
        if change.after or change.path not in sources
        for line in _file(moves.get(change.path, change.before), change.after)
    )


def _below(folder: str, source: Source | None) -> Source | None:
    return Source(f"{folder}/{source.path}", source.data, source.mode) if folder and source else source


def _origin(change: Change, changed: list[Change], taken: set[str]) -> Source | None:
    """The deleted file that a new one was before, when most of its lines are the same."""
    if change.before or not change.after:
        return None
    for other in changed:
        if other.after is None and other.before and other.path not in taken:
            if other.before.data == change.after.data or _alike(other.before, change.after):
                return other.before
    return None


def _alike(one: Source, other: Source) -> bool:
    return SequenceMatcher(None, _lines(one), _lines(other)).ratio() >= 0.5 and bool(_lines(one))


def _file(before: Source | None, after: Source | None) -> Iterator[bytes]:
    old, new = before.path if before else "", after.path if after else ""
    yield b"diff --git %b %b\n" % (_quoted("a/" + (old or new)), _quoted("b/" + (new or old)))
    if before is None and after:
        yield b"new file mode %06o\n" % after.mode
    elif after is None and before:
        yield b"deleted file mode %06o\n" % before.mode
    elif before and after:
        if before.mode != after.mode:
            yield b"old mode %06o\nnew mode %06o\n" % (before.mode, after.mode)
        if old != new:
            yield b"rename from %b\nrename to %b\n" % (_quoted(old), _quoted(new))
    hunks = list(_hunks(_lines(before), _lines(after)))
    if hunks:
        yield b"--- %b\n" % (_quoted("a/" + old) if before else b"/dev/null")
        yield b"+++ %b\n" % (_quoted("b/" + new) if after else b"/dev/null")
        yield from hunks


def _lines(source: Source | None) -> list[bytes]:
    """The lines with their line feeds, as git counts them."""
    if source is None:
        return []
    pieces = source.data.split(b"\n")
    return [piece + b"\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
        start, stop, new_start, new_stop = group[0][1], group[-1][2], group[0][3], group[-1][4]
        yield b"@@ -%b +%b @@\n" % (_range(start, stop), _range(new_start, new_stop))
        for kind, a, b, c, d in group:
            if kind == "equal":
                yield from (_line(b" ", line) for line in old[a:b])
                continue
            yield from (_line(b"-", line) for line in old[a:b])
            yield from (_line(b"+", line) for line in new[c:d])


def _range(start: int, stop: int) -> bytes:
    length = stop - start
    return b"%d,%d" % (start + (length > 0), length) if length != 1 else b"%d" % (start + 1)


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else b"%b%b\n\\ No newline at end of file\n" % (sign, line)


# How git writes a name that holds a quote, a backslash, a control character or a byte that is not ASCII (quote.c).
_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


def _quoted(path: str) -> bytes:
    """A path as git writes it."""
    raw = path.encode("utf-8", "surrogateescape")
    escaped = b"".join(_ESCAPES.get(byte) or (bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte) for byte in raw)
    return raw if escaped == raw else b'"%b"' % escaped
