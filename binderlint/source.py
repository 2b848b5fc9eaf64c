"""Source: one file of a repository, as bytes and as text; Span and Place: where something stands in it."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import accumulate, count
from operator import add

from binderlint.pattern import regex
from binderlint.typed import Any
from binderlint.values import NamedTuple

BINDER_FOLDERS = ("binder", ".binder")
"""Where the configuration for Binder can be besides the root (repo2docker/buildpacks/base.py, binder_dir)."""
REGULAR = 0o100644
EXECUTABLE = 0o100755
SYMLINK = 0o120000
GITLINK = 0o160000  # a submodule
UNREAD = 0o100000  # a file that is there, and whose content is not known

_LINE_END = regex(r"\r\n|\n|\r")
_PICTURE = regex(rb'"image/(?:png|jpeg|gif)": ?"')
# A suppression comment: rules say `# binderlint: ignore[CODE] reason`, `<!-- ... -->` or `.. binderlint: ...`.
SUPPRESSION = regex(
    r"(?<![ \t])[ \t]*(?:#|//|%|<!--|\.\.[ \t])[ \t]*binderlint:[ \t]*(?P<kind>ignore-file|ignore)\[(?P<rules>[^\]\r\n]*)\][ \t]*(?P<reason>[^\r\n]*?)[ \t]*(?:-->[ \t]*)?(?=[\r\n]|\Z)"
)
_ESCAPED = regex("([\udc80-\udcff]+)")
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class RepositoryError(Exception):
    """The repository cannot be read; the message is for the user."""


class UnreadError(RepositoryError):
    """The content of a file is not known: its path, and the reason for the user."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: cannot be read: {reason}")
        self.path = path
        self.reason = reason


class TooLargeError(UnreadError):
    """The content of a file is not known, because there is too much of it."""


class NotHereError(UnreadError):
    """The content of a file is not known, because git has not brought it to this computer: a sparse checkout, or a partial clone."""


class PointerError(NotHereError):
    """The content of a file is not known, because Git LFS stores it and has left only its pointer here."""


def decode_path(data: bytes) -> str:
    """A path as git has it, as text. Bytes that are no text become lone surrogates, also on Windows, where `os.fsdecode` would raise."""
    return data.decode(sys.getfilesystemencoding(), "surrogateescape")


def stands_in(path: str, folders: frozenset[str]) -> bool:
    """Whether a path leads through a folder of one of these names."""
    return not folders.isdisjoint(path.split("/")[:-1])


class Span(NamedTuple):
    """A half-open range of code points in `Source.text`."""

    start: int
    end: int


class Source:
    """One file: its path from the repository's root (with `/`), bytes, git mode, and whether git tracks it.

    `data` may be a function that reads the bytes when they are first needed.
    """

    def __init__(self, path: str, data: bytes | Callable[[], bytes], mode: int = REGULAR, tracked: bool = True) -> None:
        self.path = path
        self.mode = mode
        self.tracked = tracked
        self._data = data

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder of the file, `""` for the root."""
        return self.path.rpartition("/")[0]

    @cached_property
    def data(self) -> bytes:
        if not isinstance(self._data, bytes):
            self._data = self._data()  # what it was read from is not needed any more
        return self._data

    @cached_property
    def searchable(self) -> bytes:
        """The bytes without the pictures in a notebook's output, for quick looks whether a word is there at all."""
        data, pieces, done = self.data, [], 0
        while found := _PICTURE.search(data, done):
            end = data.find(b'"', found.end())
            if end < 0 or data.find(b"\n", found.end(), end) >= 0:
                break  # not JSON
            pieces.append(data[done : found.end()])
            done = end
        return b"".join([*pieces, data[done:]]) if pieces else data

    @cached_property
    def encoding(self) -> str:
        """`utf-8`, or `utf-16-le` and `utf-16-be` where a byte order mark says so."""
        encoding = _UTF16.get(self.data[:2])
        if encoding is None:
            return "utf-8"
        try:
            self.data.decode(encoding, "surrogateescape")
        except UnicodeDecodeError:
            return "utf-8"
        return encoding

    @cached_property
    def text(self) -> str:
        """The text with its line ends and byte order mark; bytes that are no UTF-8 become lone surrogates, so nothing is lost."""
        return self.data.decode(self.encoding, "surrogateescape")

    @cached_property
    def prose(self) -> str:
        """The text with blanks for suppression comments, whose words say nothing of the repository: for rules that look for words."""
        if "binderlint:" not in self.text:
            return self.text
        return SUPPRESSION.sub(lambda found: " " * len(found.group()), self.text)

    def encode(self, text: str) -> bytes:
        """The bytes of a changed text in this file's encoding; the inverse of `text`."""
        if self.encoding == "utf-8":
            return text.encode("utf-8", "surrogateescape")
        parts = _ESCAPED.split(text)  # every other one holds bytes that are no text in UTF-16
        return b"".join(
            part.encode("utf-8", "surrogateescape") if index % 2 else part.encode(self.encoding)
            for index, part in enumerate(parts)
        )

    @cached_property
    def is_binary(self) -> bool:
        """True for what is not text, UTF-16 without a byte order mark included."""
        return "\0" in self.text

    @property
    def has_bom(self) -> bool:
        return self.text.startswith("\ufeff")

    @cached_property
    def decode_error(self) -> Place | None:
        """The first place that is not UTF-8, None when the whole file is."""
        if self.encoding != "utf-8":
            return self.place(0, 1)
        found = None if self.text.isascii() else re.search("[\ud800-\udfff]+", self.text)
        return self.place(*found.span()) if found else None

    @cached_property
    def newline(self) -> str:
        r"""The line end of the first line, `\n` when there is none. A `\r` alone, which programs of today take for white space, only where there is no other."""
        found = _LINE_END.search(self.text)
        end = found.group() if found else "\n"
        return end if end != "\r" or "\n" not in self.text else "\r\n" if "\r\n" in self.text else "\n"

    @cached_property
    def line_starts(self) -> list[int]:
        if "\r" in self.text:
            return [0, *(found.end() for found in _LINE_END.finditer(self.text))]
        lengths = map(len, self.text.split("\n")[:-1])
        return list(map(add, accumulate(lengths, initial=0), count()))

    def line(self, number: int) -> Span:
        """The span of a line (1-based) without its line end."""
        start = self.line_starts[number - 1]
        found = _LINE_END.search(self.text, start)
        return Span(start, found.start() if found else len(self.text))

    def lines(self) -> Iterable[Text]:
        """Every line without its line end, each knowing its place."""
        text, start = self.text, 0
        for found in _LINE_END.finditer(text):
            yield self.slice(start, found.start())
            start = found.end()
        if start < len(text):
            yield self.slice(start, len(text))

    def slice(self, start: int, end: int) -> Text:
        return Text(self.text[start:end], self.place(start, end))

    def place(self, start: int = 0, end: int | None = None) -> Place:
        """A place in this file; without an end, to the end of the line of `start`."""
        if end is None:
            found = _LINE_END.search(self.text, start)
            end = found.start() if found else len(self.text)
        return Place(self, Span(start, end))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (both 1-based, in code points; a byte order mark is no column) of an offset."""
        line = bisect_right(self.line_starts, offset)
        column = offset - self.line_starts[line - 1] + 1
        return line, column - (line == 1 and column > 1 and self.has_bom)


def unread(error: UnreadError, tracked: bool = True) -> Source:
    """A file that is there, and that nothing can be said about. Whoever asks for its content gets the error."""

    def refuse() -> bytes:
        raise error.with_traceback(None)

    return Source(error.path, refuse, UNREAD, tracked)


class Place(NamedTuple):
    """A span in a file; in a notebook also the cell (1-based) and the line in that cell."""

    source: Source
    span: Span
    cell: tuple[int, int] | None = None

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def line(self) -> int:
        return self.source.position(self.span.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.span.start)[1]

    @property
    def end_line(self) -> int:
        return self.source.position(self.span.end)[0]

    @property
    def end_column(self) -> int:
        return self.source.position(self.span.end)[1]

    @property
    def text(self) -> str:
        return self.source.text[self.span.start : self.span.end]

    def __str__(self) -> str:
        if self.cell:
            return f"{self.path}:cell {self.cell[0]}:{self.cell[1]}"
        return f"{self.path}:{self.line}:{self.column}"


class Text(str):
    """A string that knows where it was written. Its place may cover more (quotes) than its characters."""

    place: Place

    def __new__(cls, value: str, place: Place) -> Text:
        text = super().__new__(cls, value)
        text.place = place
        return text

    def part(self, start: int, end: int) -> Text:
        """A piece of this text with its own place; only for texts written as they are (no quotes, no escapes)."""
        offset = self.place.span.start
        return Text(self[start:end], Place(self.place.source, Span(offset + start, offset + end), self.place.cell))

    def trimmed(self) -> Text:
        """The text without the white space around it."""
        start = len(self) - len(self.lstrip())
        return self.part(start, max(start, len(self.rstrip())))


class Scalar:
    """A number, truth value, date or null of a YAML, TOML or JSON file, with its place and how it was written."""

    def __init__(self, value: Any, place: Place) -> None:
        self.value = value
        self.place = place

    def __repr__(self) -> str:
        return f"Scalar({self.value!r})"


class Array(list[Any]):
    """A list that knows where it was written; `flow` for the form with brackets."""

    place: Place
    flow: bool

    def __init__(self, items: Iterable[Any], place: Place, flow: bool = False) -> None:
        super().__init__(items)
        self.place = place
        self.flow = flow


class Table(dict[str, Any]):
    """A mapping that knows where it was written; its keys are `Text`, so they know it too."""

    place: Place
    flow: bool

    def __init__(self, items: Iterable[tuple[str, Any]], place: Place, flow: bool = False) -> None:
        super().__init__(items)
        self.place = place
        self.flow = flow
        self._keys: dict[str, str] = {}

    def key(self, name: str) -> Text:
        """The key as it was written. Raises KeyError when there is none."""
        if len(self._keys) != len(self) or name not in self._keys:  # a merge has put others in their place
            self._keys = {key: key for key in self}
        key = self._keys[name]
        if not isinstance(key, Text):
            raise KeyError(name)
        return key


Files = Mapping[str, "str | bytes | Source"]
"""Files that exist only in memory: paths to text, bytes or a Source."""
