"""Syntax: shell code as a tree of tree-sitter's, and the texts that are not given to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from binderlint.pattern import regex

if TYPE_CHECKING:
    from tree_sitter import Node

    from binderlint.read.shell.words import Code

# tree-sitter takes time with the square of what it does not understand in one piece: `)` 16,000 times took 2.4 s, 4,000 times 0.2 s;
# and with the square of the parts of a pipeline that has no end: `a|` 8,000 times took 2.8 s.
_WINDOW = 4096  # bytes
_MOST_MISTAKES = 4000
_MOST_PIPES = 1000
_LINE = regex(rb"(?<![|&\\])\s*\n")
_MISTAKE = b"("


def tree(code: Code) -> Node:
    """The root of the syntax tree of shell code; that of a mistake where most of a long text is not shell code."""
    data = _MISTAKE if _is_endless(code.data) or _is_other(code.data) else code.data
    return _parser().parse(data).root_node  # type: ignore[no-any-return]


def _is_endless(data: bytes) -> bool:
    """Whether a pipeline has more parts than anybody writes."""
    return data.count(b"|") > _MOST_PIPES and max(line.count(b"|") for line in _LINE.split(data)) > _MOST_PIPES


def _is_other(data: bytes) -> bool:
    """Whether a text is not shell code, as far as its pieces tell."""
    mistakes = 0
    for piece in _windows(data) if len(data) > 2 * _WINDOW else ():
        found = _mistakes(_parser().parse(piece).root_node)
        mistakes += found if found > _WINDOW // 32 else 0  # a piece may begin and end within a statement
        if mistakes > _MOST_MISTAKES:
            return True
    return False


def _windows(data: bytes) -> Iterator[bytes]:
    """Pieces of a text that end at a line end where there is one."""
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + _WINDOW) + 1 or min(start + _WINDOW, len(data))
        yield data[start:end]
        start = end


def _mistakes(root: Node) -> int:
    """How many pieces of the text the grammar has no place for."""
    found, todo = 0, [root]
    while todo:
        node = todo.pop()
        if node.has_error:
            found += node.child_count if node.type == "ERROR" else 0
            todo += node.children
    return found


@lru_cache(maxsize=1)
def _parser() -> Any:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
