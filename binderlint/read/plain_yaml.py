"""Plain YAML: files of which every line is so plain that all parsers agree, read without one: loading PyYAML takes longer than reading most files.

Plain are comments, `key:`, `- `, and behind them a word, text in quotes without an escape, or lists and mappings of these on the same line.
Whatever else there is, and whatever stands further in or out than it should, makes a file one for the parsers.
"""

from __future__ import annotations

from functools import lru_cache

from binderlint.pattern import regex
from binderlint.source import Source
from binderlint.typed import Any
from binderlint.values import NamedTuple

_QUOTED = r"""'[ -&(-~]*'|"[ !#-\[\]-~]*\""""
_KEY = regex(r"([A-Za-z_][A-Za-z0-9_.-]*):(?= |$)")
_WORD = regex(rf"(?:{_QUOTED}|[A-Za-z0-9_./](?:[A-Za-z0-9_.=<>~^/+;()$@%!*\[\], -]|:(?=[A-Za-z0-9_/]))*(?<! ))(?= *$| +#)")  # fmt: skip
_IN_BRACKETS = regex(rf"{_QUOTED}|[A-Za-z0-9_.][A-Za-z0-9_.=<>~^/+*-]*")
_DATED = regex(r"\d{4}-|[\d.].*_")  # what a loader may refuse, or nobody can make a number of

_LONGEST, _DEEPEST = 1_000, 100


class Node(NamedTuple):
    """A value of the file, as the parsers' nodes are: text (`style` is its quote), a list of nodes, or a list of pairs of them; and where it begins and ends."""

    id: str
    value: Any
    start: int
    end: int
    style: str = ""
    flow_style: bool = False
    tag: str = ""


class _Token(NamedTuple):
    """A `-`, a `key:` or a value: its line, its column, and its node (that of a dash is empty, and stands behind it)."""

    kind: str
    line: int
    column: int
    start: int
    node: Node


class _NotPlainError(Exception):
    """The file is one for the parsers."""


@lru_cache(maxsize=16)
def plain_root(source: Source) -> Node | None:
    """The root of a plain file; None for any other, and for one without a value."""
    if source.encoding != "utf-8":
        return None
    try:
        tokens: list[_Token] = []
        start = 0
        for number, line in enumerate(source.text.split("\n")):
            _read_line(line.removesuffix("\r"), number, start, tokens)
            start += len(line) + 1
        blocks = _Blocks(tokens, len(source.text))
        return blocks.root() if tokens else None
    except _NotPlainError:
        return None


def _read_line(line: str, number: int, start: int, tokens: list[_Token]) -> None:
    """What stands on a line."""
    if len(line) > _LONGEST or line.startswith("..."):
        raise _NotPlainError
    at = _behind_blanks(line, 0)
    while line.startswith("- ", at) or line[at:] == "-":
        tokens.append(_Token("-", number, at, start + at, Node("scalar", "", start + at + 1, start + at + 1)))
        at = _behind_blanks(line, at + 1)
    if at > _DEEPEST:
        raise _NotPlainError
    if found := _KEY.match(line, at):
        key = Node("scalar", found[1], start + at, start + found.end(1))
        tokens.append(_Token("key", number, at, start + at, key))
        at = _behind_blanks(line, found.end())
    if line.startswith("#", at):
        _check_comment(line[at:])
        return
    if at < len(line):
        if not tokens or tokens[-1].line != number:
            raise _NotPlainError  # it goes on from the line before
        node, at = _flow(line, at, start, 0) if line[at] in "[{" else _word(_WORD, line, at, start)
        tokens.append(_Token("value", number, node.start - start, node.start, node))
        rest = line[at:].lstrip(" ")
        if rest and (rest[0] != "#" or line[at] != " "):
            raise _NotPlainError
        _check_comment(rest)


def _behind_blanks(line: str, at: int) -> int:
    return len(line) - len(line[at:].lstrip(" "))


def _check_comment(comment: str) -> None:
    if (not comment.isascii() and max(comment) > "\ud7ff") or not comment.isprintable():
        raise _NotPlainError


def _word(pattern: Any, line: str, at: int, start: int) -> tuple[Node, int]:
    """A word or text in quotes, and where it ends."""
    found = pattern.match(line, at)
    if not found:
        raise _NotPlainError
    written, quote = found[0], found[0][0] if found[0][0] in "'\"" else ""
    if not quote and _DATED.match(written):
        raise _NotPlainError
    value = written[1:-1] if quote else written
    return Node("scalar", value, start + at, start + found.end(), quote), found.end()


def _flow(line: str, at: int, start: int, depth: int) -> tuple[Node, int]:
    """A list or mapping in brackets, and where it ends."""
    if depth > _DEEPEST:
        raise _NotPlainError
    begin, mapping = at, line[at] == "{"
    items: list[Any] = []
    at = _behind_blanks(line, at + 1)
    while not (line.startswith("}" if mapping else "]", at) and not items):
        if mapping:
            key, at = _word(_IN_BRACKETS, line, at, start)
            if not line.startswith(": ", at):
                raise _NotPlainError
            at = _behind_blanks(line, at + 1)
        value, at = (
            _flow(line, at, start, depth + 1)
            if line.startswith(("[", "{"), at)
            else _word(_IN_BRACKETS, line, at, start)
        )
        items.append((key, value) if mapping else value)
        at = _behind_blanks(line, at)
        if not line.startswith(",", at):
            break
        at = _behind_blanks(line, at + 1)
    if not line.startswith("}" if mapping else "]", at):
        raise _NotPlainError
    kind = "mapping" if mapping else "sequence"
    return Node(kind, items, start + begin, start + at + 1, flow_style=True), at + 1


class _Blocks:
    """Lists and mappings of lines, told by their columns."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens = tokens
        self._at = 0
        self._end = _Token("end", -1, -1, length, Node("scalar", "", length, length))

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else self._end

    def root(self) -> Node:
        root = self._block()
        if self._next is not self._end:
            raise _NotPlainError
        return root

    def _block(self) -> Node:
        """The list or mapping that begins here. It ends where what follows it begins."""
        first = self._next
        items: list[Any] = []
        while self._next.kind == first.kind and self._next.column == first.column:
            token = self._next
            self._at += 1
            value = self._value(token)
            items.append((token.node, value) if token.kind == "key" else value)
        kind = "mapping" if first.kind == "key" else "sequence"
        return Node(kind, items, first.start, self._next.start)

    def _value(self, token: _Token) -> Node:
        """What stands behind a dash or a key, on its line or further in on the next ones; a list of a key may stand below it."""
        after = self._next
        if after.kind == "value":
            self._at += 1
            return after.node
        if after.column > token.column or (after.column == token.column and (token.kind, after.kind) == ("key", "-")):
            return self._block()
        behind = token.node.end + (token.kind == "key")
        return Node("scalar", "", behind, behind)
