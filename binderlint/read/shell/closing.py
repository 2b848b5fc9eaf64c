"""Closing: the `condition && command` with which a script ends, and which decides whether it succeeds."""

from __future__ import annotations

from collections.abc import Sequence

from binderlint.pattern import regex
from binderlint.read.shell.commands import Word
from binderlint.read.shell.machine import State
from binderlint.read.shell.syntax import Code, Expander
from binderlint.read.shell.vocabulary import is_test, truth
from binderlint.source import Place, Text
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

_FILE_TEST = regex(r"-[efrsdwx]")


class Closing(NamedTuple):
    """The last statement of a script, where it is `condition && command`."""

    statement: Place
    condition: Text
    command: Text
    """All that comes after the first `&&`."""
    holds: bool | None
    """Whether the condition holds; None where that is not known."""
    file: Word | None
    """The file that it asks for, and for nothing else."""
    operator: str
    """How it asks for the file: `-e`, `-f`, `-d` ..."""
    negated: bool
    folder: str | None
    """The folder that it looks in, from the repository's root."""


def closing(root: Node, code: Code, state: State) -> Closing | None:
    """The end of a script, where it is `condition && command`: without the command, the exit status is that of the condition."""
    statements = [child for child in root.named_children if child.type != "comment"]
    if not statements or statements[-1].type != "list" or root.children[-1].type == "&":
        return None
    first = last = statements[-1]
    while first.type == "list":
        sign = first.children[1]
        if sign.type != "&&":
            return None
        first = first.children[0]
    if not is_test(first):
        return None
    expander = Expander(code, state.variables, state.params)
    pieces, negated = _pieces(first), False
    while pieces and (pieces[0].text or b"") == b"!":
        pieces, negated = pieces[1:], not negated
    operator = code.raw(pieces[0]) if len(pieces) == 2 else ""
    file = expander.word(pieces[1]) if _FILE_TEST.fullmatch(operator) else None
    place = code.place(last.start_byte, last.end_byte)
    rest = Text(code.string(sign.end_byte, last.end_byte), code.place(sign.end_byte, last.end_byte))
    return Closing(
        place, code.raw(first), rest.trimmed(), truth(first, expander), file, str(operator), negated, state.cwd
    )


def _pieces(node: Node) -> Sequence[Node]:
    """The words of `test`, `[` or `[[`, without these; none for another condition."""
    match node.type:
        case "negated_command":
            return [node.children[0], *_pieces(node.named_children[0])] if node.named_children else []
        case "command":
            name, *words = node.named_children or [node]
            return words if name.text == b"test" else []
        case "test_command":
            return [one for child in node.children[1:-1] for one in _flat(child)]
    return []


def _flat(node: Node) -> Sequence[Node]:
    if node.type == "unary_expression" and node.children[0].type != "~":  # the grammar's reading of `~/x`
        return [one for child in node.children for one in _flat(child)]
    return [node]
