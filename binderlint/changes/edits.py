"""Edits: built from values that know their place, so that rules contain no offsets; and applied to a set of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from binderlint.lint.diagnostic import Create, Delete, Edit, Recode, Rename, Replace, SetMode
from binderlint.pattern import regex
from binderlint.read.requirements import Requirement
from binderlint.source import EXECUTABLE, REGULAR, UNREAD, Array, Place, Scalar, Source, Span, Table, Text

Value = Text | Scalar | Array | Table


class EditError(Exception):
    """An edit that cannot be made: its file is missing, its path is taken, it overlaps another, or its text cannot be written."""


# -- text


def replace(where: Place | Value, text: str) -> Replace:
    """Write `text` over a place, or over a value (its quotes included)."""
    place = where if isinstance(where, Place) else where.place
    return Replace(place.path, place.span, text)


def insert(source: Source, offset: int, text: str) -> Replace:
    r"""Insert text at an offset; every `\n` in it becomes the file's own line end."""
    return Replace(source.path, Span(offset, offset), text.replace("\n", source.newline))


def insert_lines(source: Source, line: int, text: str) -> Replace:
    """Insert whole lines before a line (1-based); past the last one, at the end of the file."""
    body = text.replace("\n", source.newline)
    if line <= len(source.line_starts):
        offset = source.line_starts[line - 1] + (1 if line == 1 and source.has_bom else 0)
        return Replace(source.path, Span(offset, offset), body + source.newline)
    return append_lines(source, text)


def append_lines(source: Source, text: str) -> Replace:
    """Add whole lines at the end of a file, ending its last line first where it has no end."""
    end = len(source.text)
    start = "" if not source.text or source.text[-1] in "\r\n" else source.newline
    return Replace(source.path, Span(end, end), start + text.replace("\n", source.newline) + source.newline)


def remove_lines(place: Place) -> Replace:
    """Remove every line that a place touches, with their ends."""
    source, (start, end) = place.source, place.span
    first = source.position(start)[0]
    last = source.position(max(start, end - 1))[0]
    stop = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    return Replace(source.path, Span(source.line_starts[first - 1], stop), "")


def between(first: Place | Value, last: Place | Value) -> Place:
    """The place from the start of one value to the end of another one of the same file."""
    start = first if isinstance(first, Place) else first.place
    end = last.span.end if isinstance(last, Place) else _content_end(last)
    return Place(start.source, Span(start.span.start, end), start.cell)


def starts_line(place: Place) -> bool:
    """Whether nothing but white space stands before a place in its line."""
    line = place.source.line(place.line)
    return not place.source.text[line.start : place.span.start].strip(" \t")


# -- YAML collections


def remove(array: Array, index: int) -> Replace:
    """Take an item out of a sequence: its lines in the block form, its comma too in the flow form; the last item leaves `[]`."""
    item, source = array[index], array.place.source
    if len(array) == 1:
        return Replace(source.path, _whole(array), "[]" if array.flow else " []")
    if array.flow:
        if index + 1 < len(array):
            return Replace(source.path, Span(item.place.span.start, array[index + 1].place.span.start), "")
        return Replace(source.path, Span(array[index - 1].place.span.end, item.place.span.end), "")
    start = _item_start(array, index)
    if source.text[source.line_starts[source.position(start)[0] - 1] : start].strip():
        # `- - item` or `key: - item`: the line holds more than the item
        end = _item_start(array, index + 1) if index + 1 < len(array) else item.place.span.end
        return Replace(source.path, Span(start, end), "")
    return remove_lines(Place(source, Span(start, _content_end(item))))


def append(array: Array, text: str) -> Replace:
    """Add an item, already written as YAML, to the end of a sequence."""
    source = array.place.source
    if not array:
        return replace(array, f"[{text}]")
    end = _content_end(array[-1])
    if array.flow:
        return Replace(source.path, Span(end, end), f", {text}")
    start = _item_start(array, len(array) - 1)
    indent = start - source.line_starts[source.position(start)[0] - 1]
    line_end = source.line(source.position(end)[0]).end
    return Replace(source.path, Span(line_end, line_end), f"{source.newline}{' ' * indent}- {text}")


def append_items(array: Array, lines: Iterable[str]) -> Replace:
    """Add lines to the end of a block sequence that is not empty: items with their `-`, and comments, indented as its items are."""
    source, last = array.place.source, len(array) - 1
    start = _item_start(array, last)
    indent = start - source.line_starts[source.position(start)[0] - 1]
    line_end = source.line(source.position(_content_end(array[last]))[0]).end
    text = "".join(f"{source.newline}{' ' * indent}{line}" if line else source.newline for line in lines)
    return Replace(source.path, Span(line_end, line_end), text)


def prepend(array: Array, text: str) -> Replace:
    """Add an item, already written as YAML, to the start of a sequence."""
    return insert_item(array, 0, text) if array else replace(array, f"[{text}]")


def remove_requirement(one: Requirement) -> Replace:
    """Take a requirement out of the file or the list that it stands in."""
    if one.array is None:
        return remove_lines(one.line.place)
    start = one.text.place.span.start
    spans = (item.place.span for item in one.array)
    return remove(one.array, next(number for number, span in enumerate(spans) if span.start <= start < span.end))


def insert_item(array: Array, index: int, text: str) -> Replace:
    """Add an item, already written as YAML, before an item of a sequence."""
    source = array.place.source
    if array.flow:
        start = array[index].place.span.start
        return Replace(source.path, Span(start, start), f"{text}, ")
    start = _item_start(array, index)
    indent = start - source.line_starts[source.position(start)[0] - 1]
    return Replace(source.path, Span(start, start), f"- {text}{source.newline}{' ' * indent}")


def item_break(array: Array) -> str:
    """What stands between two items of a block sequence: a line end, and the white space before the dash."""
    source, start = array.place.source, _item_start(array, 0)
    return source.newline + " " * (start - source.line_starts[source.position(start)[0] - 1])


def keyed_list(array: Array, key: str, items: Array) -> str:
    """A list under a key, written as an item of another sequence, with the comments between and beside its items."""
    source = items.place.source
    if array.flow or items.flow:
        written = items.place.text if items.flow else f"[{', '.join(item.place.text for item in items)}]"
        return f"{key}: {written}"
    start, end = _item_start(items, 0), source.line(source.position(_content_end(items))[0]).end
    indent = start - source.line_starts[source.position(start)[0] - 1]
    lines = re.split(r"\r\n|\n|\r", " " * indent + source.text[start:end])
    kept = [line[min(indent, len(line) - len(line.lstrip())) :] for line in lines]
    gap = f"{item_break(array)}  "
    return f"{key}:" + "".join(gap + line if line else source.newline for line in kept)


def remove_key(table: Table, name: str) -> Replace:
    """Take a key and its value out of a mapping."""
    key, value, keys = table.key(name), table[name], list(table)
    source = table.place.source
    if not table.flow:
        end = max(key.place.span.end, _content_end(value))
        return remove_lines(Place(source, Span(key.place.span.start, end)))
    index = keys.index(name)
    if index + 1 < len(keys):
        return Replace(source.path, Span(key.place.span.start, table.key(keys[index + 1]).place.span.start), "")
    start = _content_end(table[keys[index - 1]]) if index else key.place.span.start
    return Replace(source.path, Span(start, _content_end(value)), "")


def set_key(table: Table, name: str, text: str) -> Replace:
    """Give a key of a mapping a value, already written as YAML: over the old value, or as a new last key."""
    source = table.place.source
    if name in table:
        value = table[name]
        gap = " " if source.text[value.place.span.start - 1 : value.place.span.start] == ":" else ""
        return replace(value, gap + text)
    if not table:
        return replace(table, f"{{{name}: {text}}}")
    keys = list(table)
    end = max(table.key(keys[-1]).place.span.end, _content_end(table[keys[-1]]))
    if table.flow:
        return Replace(source.path, Span(end, end), f", {name}: {text}")
    column = source.position(table.key(keys[0]).place.span.start)[1] - 1
    line_end = source.line(source.position(end)[0]).end
    return Replace(source.path, Span(line_end, line_end), f"{source.newline}{' ' * column}{name}: {text}")


def _item_start(array: Array, index: int) -> int:
    """Where the `-` of an item of a block sequence stands."""
    start: int = array[index].place.span.start
    after = array[index - 1].place.span.end if index else array.place.span.start
    dash = array.place.source.text.rfind("-", after, start)
    return dash if dash >= 0 else start


def _content_end(value: Value) -> int:
    """Where a value's own text ends: PyYAML ends a block collection only at the next token, past comments and blank lines."""
    match value:
        case Array(flow=False) if value:
            return _content_end(value[-1])
        case Table(flow=False) if value:
            last = next(reversed(value))
            return max(value.key(last).place.span.end, _content_end(value[last]))
    start, end = value.place.span
    return start + len(value.place.source.text[start:end].rstrip(" \t\r\n"))


def _whole(array: Array) -> Span:
    """The span of a sequence; in the block form from the end of what comes before it."""
    start, end = array.place.span
    if array.flow:
        return Span(start, end)
    text = array.place.source.text
    return Span(len(text[:start].rstrip(" \t\r\n")), _content_end(array))


# -- files


def create(path: str, text: str, executable: bool = False) -> Create:
    """A new text file. Bytes of another file that are not UTF-8 stay what they are; `unmakeable` says then that it cannot be made."""
    return Create(path, text.encode("utf-8", "surrogateescape"), EXECUTABLE if executable else REGULAR)


def apply(sources: Mapping[str, Source], edits: Iterable[Edit]) -> dict[str, Source]:
    """The files after the edits: text first, then modes, moves and deletions, then new files. Raises EditError."""
    files = dict(sources)
    edits = list(edits)
    replacements: dict[str, list[Replace]] = {}
    for edit in edits:
        if isinstance(edit, Replace):
            replacements.setdefault(edit.path, []).append(edit)
    for path, changes in replacements.items():
        source = _existing(files, path)
        try:
            files[path] = Source(path, source.encode(replaced(source.text, changes)), source.mode)
        except UnicodeEncodeError as error:
            raise EditError(f"{path} cannot hold the character U+{ord(error.object[error.start]):04X}") from error
    for edit in edits:
        match edit:
            case Recode(path, encoding):
                source = _existing(files, path)
                files[path] = Source(
                    path, source.text.removeprefix("\ufeff").encode(encoding, "surrogateescape"), source.mode
                )
            case SetMode(path, mode):
                files[path] = Source(path, _existing(files, path).data, mode)
    for edit in edits:
        match edit:
            case Rename(path, to):
                source = _existing(files, path)
                if to in files:
                    raise EditError(f"{to} is there already")
                del files[path]
                files[to] = Source(to, source.data, source.mode)
            case Delete(path):
                _existing(files, path)
                del files[path]
    for edit in edits:
        if isinstance(edit, Create):
            if edit.path in files:
                raise EditError(f"{edit.path} is there already")
            files[edit.path] = Source(edit.path, edit.data, edit.mode)
    return files


_HALF = regex("[\ud800-\udfff]")


def unmakeable(sources: Mapping[str, Source], edits: Iterable[Edit]) -> str:
    """Why edits cannot be made, whatever else is changed; empty when they can.

    A file cannot take a path that is taken, by a link that leads nowhere too, or lie below one; and text cannot hold half a
    character, which comes from bytes that are not UTF-8 in another file.
    """
    edits = list(edits)
    freed = {edit.path for edit in edits if isinstance(edit, (Delete, Rename))}
    for edit in edits:
        match edit:
            case Create(path, data):
                try:
                    data.decode()
                except UnicodeDecodeError:
                    return f"{path} would not be UTF-8"
                if taken := _taken(sources, path, freed):
                    return f"{taken} is there already"
            case Rename(_, path):
                if taken := _taken(sources, path, freed):
                    return f"{taken} is there already"
            case Replace(path, _, text) if not text.isascii() and path in sources:
                if set(_HALF.findall(text)) - set(_HALF.findall(sources[path].text)):
                    return f"{path} would hold half a character"
    return ""


def _taken(sources: Mapping[str, Source], path: str, freed: set[str]) -> str:
    """What stands at a path, or above it where only a folder can be; empty where it is free."""
    while path:
        if path in sources and path not in freed:
            return path
        path = path.rpartition("/")[0]
    return ""


def replaced(text: str, changes: Iterable[Replace]) -> str:
    """A text after replacements. Raises EditError when two of them overlap."""
    pieces, done = [], 0
    for change in sorted(changes, key=lambda change: change.span):
        if change.span.start < done or change.span.end > len(text):
            raise EditError(f"edits of {change.path} overlap")
        pieces += [text[done : change.span.start], change.text]
        done = change.span.end
    return "".join([*pieces, text[done:]])


def _existing(files: Mapping[str, Source], path: str) -> Source:
    if path not in files:
        raise EditError(f"{path} is not there")
    if files[path].mode == UNREAD:
        raise EditError(f"{path} cannot be read")
    return files[path]
