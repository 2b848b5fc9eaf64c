"""Text mode: a file as Python's `open(path)` gives it to repo2docker's own parsers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.source import Source


class _Named(io.BytesIO):
    """Bytes with the name that parsers put into their messages."""

    name: str = ""


def open_text(source: Source, path: str, encoding: str = "utf-8") -> io.TextIOWrapper:
    """The file as text: strict, every line end a newline; repo2docker's own container has a UTF-8 locale."""
    stream = _Named(source.data)
    stream.name = path
    return io.TextIOWrapper(stream, encoding=encoding)
