"""Text mode: a file as Python's `open(path)` gives it to repo2docker's own parsers."""

from __future__ import annotations

import io
from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.source import Source, Text

# Where `str.splitlines` parts lines (the library reference lists them).
LINE_ENDS = r"(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])"
_LINE_END = regex(LINE_ENDS)


def split_lines(source: Source) -> Iterator[Text]:
    """The lines of a file without their ends, as `str.splitlines` gives them to pip, and to repo2docker for its ignore files."""
    text, start = source.text, 0
    for found in _LINE_END.finditer(text):
        yield source.slice(start, found.start())
        start = found.end()
    if start < len(text):
        yield source.slice(start, len(text))


class _Named(io.BytesIO):
    """Bytes with the name that parsers put into their messages."""

    name: str = ""


def open_text(source: Source, path: str, encoding: str = "utf-8") -> io.TextIOWrapper:
    """The file as text: strict, every line end a newline; repo2docker's own container has a UTF-8 locale."""
    stream = _Named(source.data)
    stream.name = path
    return io.TextIOWrapper(stream, encoding=encoding)


def same_lines(one: Source, other: Source) -> bool:
    """Whether two files say the same, whatever their line endings and byte order marks."""
    lines, others = (source.data.removeprefix(b"\xef\xbb\xbf").splitlines() for source in (one, other))
    return lines == others
