"""Expander: what the words of a command become, with the variables and arguments known at one point of a script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from binderlint.read.digits import is_number, number
from binderlint.read.shell.words import (
    Arg,
    Code,
    Field,
    Hole,
    Item,
    Joined,
    Piece,
    Rest,
    Scalar,
    Split,
    Values,
    Variables,
    Word,
)

if TYPE_CHECKING:
    from tree_sitter import Node


class Expander:
    """Expands words, given the variables and the arguments known at this point of the script."""

    takes_defaults = True
    """`${X:-text}` is `text` where the script gave X no value before; the hub may have."""

    def __init__(self, code: Code, variables: Variables, params: tuple[Item, ...]) -> None:
        self.code = code
        self.variables = variables
        self.params = params

    def word(self, node: Node) -> Word:
        return Word(self.code.raw(node), tuple(self.items(node)))

    def scalar(self, node: Node | None) -> Scalar:
        """The value that `x=...` gives: nothing is split, several arguments are joined."""
        if node is None:
            return ("",)
        if node.type in ("simple_expansion", "expansion"):
            return _joined(self._expansion(node, True))
        return _joined(self.items(node))

    def items(self, node: Node) -> list[Item]:
        """The arguments a word becomes."""
        raw = self.code.string(node.start_byte, node.end_byte)
        match node.type:
            case "word" | "number" | "extglob_pattern" | "regex" | "variable_name" | "special_variable_name":
                return [Field((self._tilde(_unescape(raw)),))]
            case "raw_string":
                return [Field((raw[1:-1],))]
            case "ansi_c_string":
                return [Field((_ansi(raw[2:-1]),))]
            case "string" | "translated_string":
                return self._string(node)
            case "simple_expansion" | "expansion":
                return self._expansion(node, False)
            case "concatenation":
                glue = _Glue()
                for child in node.children:
                    glue.add(self.items(child))
                return glue.items()
            case "command_name":
                return self.items(node.children[0]) if node.child_count else [Field((raw,))]
            case "command_substitution" | "arithmetic_expansion" | "process_substitution":
                return [Field((Hole(raw),))]
            case _:
                return [Field((raw,))]

    def _tilde(self, text: str) -> str:
        if text[:1] != "~" or text[1:2] not in ("", "/"):
            return text
        home = self.variables.get("HOME")
        value = Field(home).value if isinstance(home, tuple) and not isinstance(home, Values) else None
        return value + text[1:] if value else text

    def _string(self, node: Node) -> list[Item]:
        """A text in double quotes: what no expansion covers is literal (the grammar has no node for some white space)."""
        glue = _Glue([Field(("",))])
        only: list[Item] | None = None
        done = node.start_byte + (2 if node.type == "translated_string" else 1)
        for child in node.children:
            if child.type in ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"):
                literal = _unquote(self.code.string(done, child.start_byte))
                value = self._expansion(child, True) if "expansion" in child.type[-9:] else self.items(child)
                if child.type == "arithmetic_expansion":
                    value = self.items(child)
                only = value if only is None and not literal else []
                glue.add([Field((literal,))])
                glue.add(value)
                done = child.end_byte
        literal = _unquote(self.code.string(done, node.end_byte - 1))
        glue.add([Field((literal,))])
        found = glue.items()
        return only if only is not None and not literal and (only or found == [Field(("",))]) else found

    def _expansion(self, node: Node, quoted: bool) -> list[Item]:
        """`$x`, `${x}` and its forms, in double quotes or not."""
        raw = self.code.string(node.start_byte, node.end_byte)
        inside = raw[2:-1] if raw.startswith("${") else raw[1:]
        if found := re.fullmatch(r"([@*])(?::\s*(\d+)(?::\s*(\d+))?)?", inside):
            params = self.params
            if found.group(2):
                params = dropped(params, max(number(found.group(2)) - 1, 0))
            if found.group(3):
                wanted = number(found.group(3))
                if wanted < 100:  # more than the container's command has: all of them
                    params = tuple(Field(nth(params, index)) for index in range(wanted))
            return self._list(params, found.group(1), quoted)
        if found := re.fullmatch(r"(\w+)\[([@*])\]", inside):
            value = self.variables.get(found.group(1))
            if isinstance(value, Values):
                return self._list(value.items, found.group(2), quoted)
            return [Field(value)] if value is not None else [Field((Hole(raw),))]
        if found := re.fullmatch(r"([@*]|\w+)(?:\[@\])?(:?[-+=])(.*)", inside, re.DOTALL):
            name, operator, alternative = found.groups()
            known = self._known(name)
            last = node.named_children[-1] if node.named_child_count > 1 else None
            if operator in ("+", ":+"):
                return self.items(last) if known is not None and last else [Field((Hole(raw),))]
            if known is not None:
                return self._value(known, quoted)
            if is_number(name) or name in "@*" or not alternative or not self.takes_defaults:
                return [Field((Hole(raw),))]
            if last and last.type != "word":
                return self._value(self.scalar(last), quoted)
            return self._value((self._tilde(_unescape(alternative)),), quoted)
        if re.fullmatch(r"\w+", inside):
            known = self._known(inside)
            return self._value(known, quoted) if known is not None else [Field((Hole(raw),))]
        return [Field((Hole(raw),))]

    def _known(self, name: str) -> Scalar | None:
        if is_number(name) and name != "0":
            return nth(self.params, number(name) - 1)
        if name in ("@", "*"):
            return _joined(self.params) if self.params else None
        value = self.variables.get(name)
        if isinstance(value, Values):
            return _joined(value.items[:1])
        return value

    def _list(self, items: tuple[Item, ...], sign: str, quoted: bool) -> list[Item]:
        if quoted and sign == "@":
            return list(items)
        if quoted:
            return [Field(_joined(items))]
        return [one for item in items for one in self._resplit(item)]

    def _value(self, value: Scalar, quoted: bool) -> list[Item]:
        return [Field(value)] if quoted else list(self._resplit(Field(value)))

    def _resplit(self, item: Item) -> Iterator[Item]:
        """What an argument becomes when it is split at white space."""
        match item:
            case Rest(start) | Split(start):
                yield Split(start)
            case Field((Arg(0),)):  # the program itself: a name without white space
                yield item
            case Field(pieces) if starts := [one for one in pieces if isinstance(one, (Arg, Joined))]:
                first = starts[0]
                yield Split(first.number if isinstance(first, Arg) else first.start)
            case Field(pieces) if item.value is not None:
                for part in re.findall(r"[^ \t\n]+", item.value):
                    yield Field((part,))
            case _:
                yield item


def nth(params: tuple[Item, ...], index: int) -> Scalar:
    """The parameter at an index (0 is `$1`)."""
    for position, item in enumerate(params):
        match item:
            case Rest(start):
                return (Arg(start + index - position),)
            case Split():
                return (Hole("$"),)
            case Field(pieces) if position == index:
                return pieces
    return ("",)


def dropped(params: tuple[Item, ...], count: int) -> tuple[Item, ...]:
    """The parameters after `shift count`."""
    for position, item in enumerate(params):
        if position == count:
            return params[position:]
        match item:
            case Rest(start):
                return (Rest(start + count - position), *params[position + 1 :])
            case Split():
                return params[position:]
    return ()


def _joined(items: Iterable[Item]) -> Scalar:
    pieces: list[Piece] = []
    for item in items:
        if pieces:
            pieces.append(" ")
        match item:
            case Field(own):
                pieces += own
            case Rest(start) | Split(start):
                pieces.append(Joined(start))
    return tuple(pieces) or ("",)


class _Glue:
    """The arguments that the parts of one word become: the last of a part and the first of the next are one."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items = list(items)
        self._last: list[Piece] = []
        """The pieces of the last argument while parts are glued to it."""

    def add(self, part: list[Item]) -> None:
        if not part or not self._items:
            self._items += part
            return
        match self._items[-1], part[0]:
            case Field(one), Field(other):
                self._last = self._last or [piece for piece in one if piece != ""]
                self._last += (piece for piece in other if piece != "")
                rest = part[1:]
                if rest:
                    self._close()
                self._items += rest
                return
            case Field(("",)), _ if not self._last:
                self._items[-1:] = part
            case _, Field(("",)):
                self._items += part[1:]
            case (Field(), (Rest(start) | Split(start))) | ((Rest(start) | Split(start)), _):
                self._last = []
                self._items[-1:] = [Split(start), *part[1:]]

    def _close(self) -> None:
        if self._last:
            self._items[-1] = Field(tuple(self._last))
            self._last = []

    def items(self) -> list[Item]:
        self._close()
        return self._items


def _unescape(text: str) -> str:
    """An unquoted word without its backslashes; a backslash before a line end joins the lines."""
    return re.sub(r"\\(\r?\n)?(.?)", lambda found: found.group(2), text, flags=re.DOTALL) if "\\" in text else text


def _unquote(text: str) -> str:
    r"""The inside of double quotes: a backslash counts only before `$`, a backquote, `"`, `\` and a line end."""
    return re.sub(r'\\(?:\n|([$`"\\]))', lambda found: found.group(1) or "", text) if "\\" in text else text


_ESCAPES: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r", "e": "\x1b", "a": "\a", "b": "\b", "0": "\0"}


def _ansi(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found.group(1), found.group(1)), text, flags=re.DOTALL)
