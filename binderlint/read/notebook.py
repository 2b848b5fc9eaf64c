"""Notebooks: cells whose lines know their place in the JSON file and in the cell; outputs are skipped, not decoded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from binderlint.pattern import regex
from binderlint.source import Array, Place, Scalar, Source, Span, Table, Text
from binderlint.typed import Any
from binderlint.values import NamedTuple

# What nobody needs of a notebook and what makes it large.
_SKIPPED = frozenset({"outputs", "attachments"})
_SPACE = regex(r"[ \t\r\n]*")
_STRING = regex(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_WORD = regex(r"-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity")
_DECODER = json.JSONDecoder(strict=False)
_MAY_BE_HALF = regex(r"\\u[dD]")
# Escapes of both halves of a character, and of one alone.
_HALVES = regex(r"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(\\u[dD][c-fC-F][0-9a-fA-F]{2})?|[c-fC-F][0-9a-fA-F]{2})")
# An escape of half a character, which no encoding can write. Escapes of both halves and other escapes are passed over.
_HALF = regex(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.")
_ESCAPE = regex(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")


_SHELL = regex(rb'"[ ]*!')


class Escaped(Text):
    """A text written with escapes, or in several strings: it knows where each of its characters stands."""

    offsets: list[int]
    seams: dict[int, int]
    """Where strings end that the text goes on after."""

    def part(self, start: int, end: int) -> Text:
        first = self.offsets[start]
        last = self.seams.get(end, self.offsets[end]) if end > start else first
        place = Place(self.place.source, Span(first, last), self.place.cell)
        if last - first == end - start:
            return Text(self[start:end], place)
        piece = Escaped(self[start:end], place)
        piece.offsets = [*self.offsets[start:end], last]
        piece.seams = {seam - start: offset for seam, offset in self.seams.items() if start < seam < end}
        return piece


class Cell(NamedTuple):
    """A cell: `markdown`, `code` or `raw`, its number (from 1), its lines without their ends, and its other keys."""

    kind: str
    number: int
    lines: tuple[Text, ...]
    data: Table

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Notebook(NamedTuple):
    """The cells and top-level keys of a notebook; neither where it cannot be read."""

    cells: tuple[Cell, ...]
    data: Table | None


@lru_cache(maxsize=1)
def json_text(source: Source) -> str:
    r"""The text of a JSON file, as long as it is, with `\ufffd` for each escape of half a character (`\ud800` alone)."""
    text = source.text
    if not _MAY_BE_HALF.search(text):
        return text
    if all(found[1] and text[found.start() - 1] != "\\" for found in _HALVES.finditer(text)):
        return text
    return _HALF.sub(lambda found: "\\ufffd" if len(found[0]) == 6 and found[0][2] in "dD" else found[0], text)


def may_run(source: Source, command: re.Pattern[bytes]) -> bool:
    """Whether a command may stand in a line with `!` of a notebook: a quick look, which no line is too long for."""
    data = source.searchable
    last = {data.rfind(b"\n", 0, start) + 1: start for start in (found.start() for found in command.finditer(data))}
    return any(_SHELL.search(data, line, end) for line, end in last.items())


def read_notebook(source: Source) -> Notebook:
    """Read a notebook of nbformat 2 to 4."""
    try:
        data, end = _value(source, _space(source.text, int(source.has_bom)), False)
        if _space(source.text, end) < len(source.text):
            raise _SyntaxError(end)
    except (_SyntaxError, RecursionError):
        return Notebook((), None)
    if not isinstance(data, Table):
        return Notebook((), None)
    found = data.get("cells")
    if not isinstance(found, Array):
        sheets = data.get("worksheets")
        sheet = sheets[0] if isinstance(sheets, Array) and sheets and isinstance(sheets[0], Table) else {}
        found = sheet.get("cells")
    tables = [cell for cell in found if isinstance(cell, Table)] if isinstance(found, Array) else []
    return Notebook(tuple(_cell(source, table, number) for number, table in enumerate(tables, 1)), data)


def read_key(source: Source, key: str) -> Any:
    """One top-level value with its place; None when the notebook has no such key, or a value too deep to be read. Faster than to read it all."""
    try:
        for name, start in _entries(json_text(source), int(source.has_bom), "{"):
            if name == key:
                return _value(source, start, False)[0]
    except RecursionError:
        pass
    return None


def cell_offsets(source: Source) -> list[int]:
    """Where each cell of a notebook of format 4 begins; none where the notebook is too deep to be read. Faster than to read it all."""
    text = json_text(source)
    try:
        for name, start in _entries(text, int(source.has_bom), "{"):
            if name == "cells":
                return [offset for _, offset in _entries(text, start, "[")]
    except RecursionError:
        pass
    return []


def read_cell(source: Source, number: int, offset: int) -> Cell | None:
    """The cell of a number (from 1) that begins at an offset; None when it is no object, or too deep to be read."""
    try:
        table = _value(source, offset, False)[0]
        return _cell(source, table, number) if isinstance(table, Table) else None
    except RecursionError:
        return None


def _entries(text: str, start: int, bracket: str) -> Iterator[tuple[str, int]]:
    """The keys (empty for an array) of a valid JSON value and where their values start; values are passed over by the decoder."""
    offset = _space(text, start)
    if text[offset : offset + 1] != bracket:
        return
    closing = "}" if bracket == "{" else "]"
    offset = _space(text, offset + 1)
    while text[offset : offset + 1] != closing:
        key = ""
        if bracket == "{":
            key, offset = _DECODER.raw_decode(text, offset)
            offset = _space(text, _space(text, offset) + 1)
        yield key, offset
        offset = _comma(text, _DECODER.raw_decode(text, offset)[1], closing)


def _cell(source: Source, table: Table, number: int) -> Cell:
    written = table.get("source", table.get("input"))
    pieces = [written] if isinstance(written, Text) else written if isinstance(written, Array) else []
    lines = tuple(_lines(source, [piece for piece in pieces if isinstance(piece, Text)], number))
    kind = table.get("cell_type")
    return Cell(str(kind) if isinstance(kind, Text) else "", number, lines, table)


def _lines(source: Source, pieces: list[Text], number: int) -> Iterator[Text]:
    """The lines of a cell's source. A JSON string may hold several, and a line may go on in the next string."""
    count = 1
    begun: list[Text] = []
    """The pieces of a line that has not ended yet."""
    for piece in pieces:
        start, end = piece.place.span.start + 1, piece.place.span.end - 1
        raw = json_text(source)[start:end]
        if not begun and raw.endswith("\\n") and "\\" not in raw[:-2]:
            yield Text(raw[:-2], Place(source, Span(start, end - 2), (number, count)))
            count += 1
            continue
        whole = _escaped(source, start, end, str(piece))
        begin = 0
        for found in re.finditer("\n", whole):
            if begin < found.start() or not begun:
                begun.append(whole.part(begin, found.start()))
            yield _numbered(_joined(begun), number, count)
            count, begin, begun = count + 1, found.end(), []
        if begin < len(whole):
            begun.append(whole.part(begin, len(whole)))
    if begun:
        yield _numbered(_joined(begun), number, count)


def _joined(pieces: list[Text]) -> Text:
    """The text of one line that stands in one string or in several."""
    if len(pieces) == 1:
        return pieces[0]
    offsets: list[int] = []
    seams: dict[int, int] = {}
    for piece in pieces:
        start, end = piece.place.span
        if offsets:
            seam = offsets.pop()
            seams[len(offsets)] = seam
        offsets += piece.offsets if isinstance(piece, Escaped) else range(start, end + 1)
    place = Place(pieces[0].place.source, Span(pieces[0].place.span.start, pieces[-1].place.span.end))
    text = Escaped("".join(pieces), place)
    text.offsets, text.seams = offsets, seams
    return text


def _numbered(line: Text, number: int, count: int) -> Text:
    line.place = line.place._replace(cell=(number, count))
    return line


def _escaped(source: Source, start: int, end: int, value: str) -> Text:
    raw, done = json_text(source)[start:end], 0
    offsets: list[int] = []
    if "\\" not in raw:
        return Text(value, Place(source, Span(start, end)))
    for found in _ESCAPE.finditer(raw):
        offsets += range(start + done, start + found.start() + 1)
        done = found.end()
    text = Escaped(value, Place(source, Span(start, end)))
    text.offsets = [*offsets, *range(start + done, end + 1)]
    text.seams = {}
    return text


class _SyntaxError(Exception):
    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


def json_problem(source: Source) -> tuple[str, Place] | None:
    """Why a file is not JSON, in Python's own words, and where; None for JSON of any kind."""
    try:
        json.loads(source.text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        where = min(error.pos + source.has_bom, len(source.text))
        if error.msg.startswith("Invalid control character"):
            return _control(source.text[where]), source.place(where, where + 1)
        return error.msg.removesuffix(" at"), source.place(where)
    except ValueError:
        return "a number with more than 4300 digits", source.place()
    except RecursionError:
        return "nested too deeply", source.place()
    return None


def _control(character: str) -> str:
    """What is said of a control character, which JSON only allows as an escape."""
    name = {"\t": "a tab", "\n": "a line break", "\r": "a line break"}.get(
        character, f"the control character U+{ord(character):04X}"
    )
    return f"{name} inside a string"


def _value(source: Source, start: int, skipped: bool) -> tuple[Any, int]:
    """The JSON value that starts at an offset, and where it ends."""
    text = json_text(source)
    first = text[start : start + 1]
    if first and first in "[{" and skipped:
        end = _skip(text, start)
        return Scalar(None, Place(source, Span(start, end))), end
    if first == '"':
        found = _STRING.match(text, start)
        if not found:
            raise _SyntaxError(start)
        return _text(source, found.start(), found.end()), found.end()
    if first == "[":
        return _array(source, start)
    if first == "{":
        return _table(source, start)
    found = _WORD.match(text, start)
    if not found:
        raise _SyntaxError(start)
    try:
        return Scalar(json.loads(found.group()), Place(source, Span(*found.span()))), found.end()
    except ValueError:
        raise _SyntaxError(start) from None


def _text(source: Source, start: int, end: int) -> Text:
    raw = json_text(source)[start:end]
    try:
        value = _DECODER.decode(raw) if "\\" in raw else raw[1:-1]
    except ValueError:
        raise _SyntaxError(start) from None
    return Text(value, Place(source, Span(start, end)))


def _array(source: Source, start: int) -> tuple[Array, int]:
    items: list[Any] = []
    offset = _space(source.text, start + 1)
    while source.text[offset : offset + 1] != "]":
        item, offset = _value(source, offset, False)
        items.append(item)
        offset = _comma(source.text, offset, "]")
    return Array(items, Place(source, Span(start, offset + 1)), True), offset + 1


def _table(source: Source, start: int) -> tuple[Table, int]:
    items: list[tuple[str, Any]] = []
    text, offset = source.text, _space(source.text, start + 1)
    while text[offset : offset + 1] != "}":
        if text[offset : offset + 1] != '"':
            raise _SyntaxError(offset)
        key, offset = _value(source, offset, False)
        offset = _space(text, offset)
        if text[offset : offset + 1] != ":":
            raise _SyntaxError(offset)
        value, offset = _value(source, _space(text, offset + 1), key in _SKIPPED)
        items.append((key, value))
        offset = _comma(text, offset, "}")
    return Table(items, Place(source, Span(start, offset + 1)), True), offset + 1


def _space(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    assert found
    return found.end()


def _comma(text: str, offset: int, closing: str) -> int:
    """Past the comma after an item, or at the closing bracket."""
    offset = _space(text, offset)
    if text[offset : offset + 1] == closing:
        return offset
    if text[offset : offset + 1] != ",":
        raise _SyntaxError(offset)
    offset = _space(text, offset + 1)
    if text[offset : offset + 1] in ("", closing):
        raise _SyntaxError(offset)
    return offset


def _skip(text: str, start: int) -> int:
    """The end of an array or object whose content does not matter: the decoder's C code is faster than to look for the bracket."""
    try:
        return _DECODER.raw_decode(text, start)[1]
    except ValueError:
        raise _SyntaxError(start) from None
