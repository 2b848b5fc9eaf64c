"""Words of a shell command: what is known of their values, with quoting, variables and the arguments of the script."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from binderlint.read.scope import LONGEST, Scope
from binderlint.source import Place, Source, Span, Text

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 500
"""The pieces of a value, or the arguments of a script, above which they count as not known."""
UNKNOWN = "\0"
"""What stands in `Word.pattern` for a part whose value is not known."""


class Hole(NamedTuple):
    """A piece whose value is not known before the script runs: `$(...)`, a variable that was never given a value."""

    raw: str


class Arg(NamedTuple):
    """One argument of the script: 0 is `$1`."""

    number: int


class Joined(NamedTuple):
    """Several arguments of the script glued to one text, as in `"$*"` or `command="$@"`."""

    start: int


Piece = str | Hole | Arg | Joined
Scalar = tuple[Piece, ...]


class Field(NamedTuple):
    """One argument that a command gets."""

    pieces: Scalar

    @property
    def value(self) -> str | None:
        return "".join(map(str, self.pieces)) if all(isinstance(piece, str) for piece in self.pieces) else None


class Rest(NamedTuple):
    """All arguments of the script from one on, each as it was given: `"$@"`, `"${@:2}"`."""

    start: int


class Split(NamedTuple):
    """Arguments of the script split again at white space: `$@`, `$*`."""

    start: int


Item = Field | Rest | Split


class Values(NamedTuple):
    """The value of an array variable."""

    items: tuple[Item, ...]


Variables = Scope["Scalar | Values | None"]
"""What is known of the variables; None for one that is not set."""


def is_short(value: Scalar | Values) -> bool:
    """Whether a value is short enough to be followed."""
    pieces = value.items if isinstance(value, Values) else value
    return len(pieces) <= MOST and sum(len(piece) for piece in pieces if isinstance(piece, str)) <= LONGEST


def few(items: Iterable[Item]) -> tuple[Item, ...]:
    """Arguments, as one that is not known where there are too many of them."""
    known = tuple(items)
    return known if len(known) <= MOST else (Field((Hole("$@"),)),)


class Word(NamedTuple):
    """A word as it was written and the arguments it becomes."""

    raw: Text
    items: tuple[Item, ...]

    @property
    def place(self) -> Place:
        return self.raw.place

    @property
    def value(self) -> str | None:
        """The argument, None unless it is one and all of it is known."""
        match self.items:
            case (Field() as field,):
                return field.value
        return None

    @property
    def pattern(self) -> str:
        """The arguments with `UNKNOWN` for every part that is not known."""
        return " ".join(
            "".join(piece if isinstance(piece, str) else UNKNOWN for piece in item.pieces)
            if isinstance(item, Field)
            else UNKNOWN
            for item in self.items
        )

    @property
    def quoted(self) -> bool:
        """Whether it begins with a quote."""
        return self.raw[:1] in ("'", '"')


class Code:
    """A piece of shell as the parser sees it (bytes), and where its bytes stand in the file (code points).

    `text` is a Text that is written in its file as it is, or not (escapes in it): then every place is that of the whole.
    """

    def __init__(self, text: Text) -> None:
        span = text.place.span
        self.exact = span.end - span.start == len(text)
        self.text = text
        # A carriage return before a line end is white space here: the rule about line ends has said it
        shown = re.sub(r"(\\?)\r(?=\n)", lambda found: " " + found.group(1), str(text))
        self.data = shown.encode("utf-8", "surrogatepass")
        self._ascii = len(self.data) == len(text)
        self._starts: list[int] = []

    def index(self, byte: int) -> int:
        """The code point at a byte."""
        if self._ascii:
            return byte
        if not self._starts:
            offset = 0
            for character in str(self.text):
                self._starts.append(offset)
                offset += len(character.encode("utf-8", "surrogatepass"))
            self._starts.append(offset)
        from bisect import bisect_left

        return bisect_left(self._starts, byte)

    def place(self, start: int, end: int) -> Place:
        """The place of a range of bytes."""
        whole = self.text.place
        if not self.exact:
            return whole
        offset = whole.span.start
        return Place(whole.source, Span(offset + self.index(start), offset + self.index(end)), whole.cell)

    def raw(self, node: Node) -> Text:
        """What is written at a node."""
        return Text(self.string(node.start_byte, node.end_byte), self.place(node.start_byte, node.end_byte))

    def string(self, start: int, end: int) -> str:
        try:
            return self.data[start:end].decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:  # the parser has cut a character that is no UTF-8
            return str(self.text)[self.index(start) : self.index(end)]

    @property
    def source(self) -> Source:
        return self.text.place.source
