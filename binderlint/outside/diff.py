"""Diff: changes as a patch that `git apply` accepts, renames, modes and missing last newlines included."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from binderlint.outside.disk import Change
from binderlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTEXT = 3


def patch(changed: Iterable[Change]) -> str:
    """The patch for a list of changes. A new file with the content of a deleted one is a rename."""
    changed = list(changed)
    moves: dict[str, Source] = {}
    for change in changed:
        origin = _origin(change, changed, {source.path for source in moves.values()})
        if origin:
            moves[change.path] = origin
    sources = {origin.path for origin in moves.values()}
    return "".join(
        line
        for change in changed
        if change.after or change.path not in sources
        for line in _file(moves.get(change.path, change.before), change.after)
    )


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


def _file(before: Source | None, after: Source | None) -> Iterator[str]:
    old, new = before.path if before else "", after.path if after else ""
    yield f"diff --git {_quoted('a/' + (old or new))} {_quoted('b/' + (new or old))}\n"
    if before is None and after:
        yield f"new file mode {after.mode:06o}\n"
    elif after is None and before:
        yield f"deleted file mode {before.mode:06o}\n"
    elif before and after:
        if before.mode != after.mode:
            yield f"old mode {before.mode:06o}\nnew mode {after.mode:06o}\n"
        if old != new:
            yield f"rename from {_quoted(old)}\nrename to {_quoted(new)}\n"
    hunks = list(_hunks(_lines(before), _lines(after)))
    if hunks:
        yield f"--- {_quoted('a/' + old) if before else '/dev/null'}\n+++ {_quoted('b/' + new) if after else '/dev/null'}\n"
        yield from hunks


def _lines(source: Source | None) -> list[str]:
    """The lines with their line feeds, as git counts them."""
    if source is None:
        return []
    text = source.data.decode("utf-8", "surrogateescape")
    pieces = text.split("\n")
    return [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
        start, stop, new_start, new_stop = group[0][1], group[-1][2], group[0][3], group[-1][4]
        yield f"@@ -{_range(start, stop)} +{_range(new_start, new_stop)} @@\n"
        for kind, a, b, c, d in group:
            if kind == "equal":
                yield from (_line(" ", line) for line in old[a:b])
                continue
            yield from (_line("-", line) for line in old[a:b])
            yield from (_line("+", line) for line in new[c:d])


def _range(start: int, stop: int) -> str:
    length = stop - start
    return f"{start + (length > 0)},{length}" if length != 1 else str(start + 1)


def _line(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def _quoted(path: str) -> str:
    """A path as git writes it: names with quotes, backslashes, control or non-ASCII characters in C's form."""
    raw = path.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in raw):
        return path
    escapes = {34: '\\"', 92: "\\\\", 9: "\\t", 10: "\\n", 13: "\\r"}
    return (
        '"' + "".join(escapes.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in raw) + '"'
    )
