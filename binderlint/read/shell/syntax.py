"""Syntax: the tree of a shell script, its words, and what they expand to as far as that is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise

from binderlint.pattern import regex
from binderlint.read.digits import is_number, number
from binderlint.read.shell.commands import (
    ANY,
    LEAST,
    Arg,
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
    is_something,
)
from binderlint.source import Place, Source, Span, Text
from binderlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node

# -- syntax: shell code as a tree of tree-sitter's, and the texts that are not given to it.


# tree-sitter takes time with the square of what it does not understand in one piece: `)` 16,000 times took 2.4 s, 4,000 times 0.2 s;
# and with the square of the parts of a pipeline that has no end: `a|` 8,000 times took 2.8 s.
_WINDOW = 4096  # bytes
_MOST_MISTAKES = 4000
_MOST_PIPES = 1000
_LINE = regex(rb"(?<![|&\\])\s*\n")
_MISTAKE = b"("
_NEXT_LINE = regex(rb"(?<!\\)\n|#")


def tree(code: Code) -> Node:
    """The root of the syntax tree of shell code; that of a mistake where most of a long text is not shell code."""
    data = _MISTAKE if _is_endless(code.data) or _is_other(code.data) else code.data
    root = _parser().parse(data).root_node
    ends = list(_assignments_alone(root, data)) if data.count(b"=") > 1 else []
    if ends:
        parted = bytearray(data)
        for end in ends:
            parted[end] = ord(";")
        root = _parser().parse(bytes(parted)).root_node
    return root  # type: ignore[no-any-return]


def _assignments_alone(root: Node, data: bytes) -> Iterator[int]:
    """Where assignments end that the grammar takes for those of the command on a later line: `A=1 B=2`, then `ls`."""
    todo = [root]
    while todo:
        node = todo.pop()
        todo += node.named_children
        parts = [child for child in node.children if child.type != "comment"] if node.type == "command" else []
        for one, other in pairwise(parts):
            if one.type == "variable_assignment" and _NEXT_LINE.search(data, one.end_byte, other.start_byte):
                yield one.end_byte


def _is_endless(data: bytes) -> bool:
    """Whether a pipeline has more parts than anybody writes."""
    return data.count(b"|") > _MOST_PIPES and max(line.count(b"|") for line in _LINE.split(data)) > _MOST_PIPES


def _is_other(data: bytes) -> bool:
    """Whether a text is not shell code, as far as its pieces tell."""
    mistakes = 0
    for piece in windows(data) if len(data) > 2 * _WINDOW else ():
        found = _mistakes(_parser().parse(piece).root_node)
        mistakes += found if found > _WINDOW // 32 else 0  # a piece may begin and end within a statement
        if mistakes > _MOST_MISTAKES:
            return True
    return False


def windows(data: bytes) -> Iterator[bytes]:
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


@cache
def _parser() -> Any:
    library = _compiled("tree_sitter")
    return library.Parser(library.Language(_compiled("tree_sitter_bash").language()))


def _compiled(name: str) -> Any:
    """The compiled part of a package, without `typing` and more that the rest of it imports: the package itself where it is built otherwise."""
    from importlib import import_module
    from importlib.machinery import PathFinder

    package = PathFinder.find_spec(name)
    spec = PathFinder.find_spec("_binding", package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        return import_module(name)
    module: Any = spec.loader.create_module(spec)
    spec.loader.exec_module(module)
    return module


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


# -- expander: what the words of a command become, with the variables and arguments known at one point of a script.


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
            case "string":
                return self._string(node)
            case "translated_string":  # `$"..."`
                return self.items(node.children[-1])
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
        done = node.start_byte + 1
        for child in node.children:
            expands = child.type in ("simple_expansion", "expansion")
            if expands or child.type in ("command_substitution", "arithmetic_expansion"):
                literal = _unquote(self.code.string(done, child.start_byte))
                value = self._expansion(child, True) if expands else self.items(child)
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
                    params = tuple(Field(nth(params, index)) for index in range(wanted) if dropped(params, index))
            return self._list(params, found.group(1), quoted)
        if found := re.fullmatch(r"(\w+)\[([@*])\]", inside):
            value = self.variables.get(found.group(1))
            if isinstance(value, Values):
                return self._list(value.items, found.group(2), quoted)
            return self._value(value, quoted) if value is not None else [Field((Hole(raw),))]
        if found := re.fullmatch(r"([@*]|\w+)(?:\[@\])?(:?[-+=])(.*)", inside, re.DOTALL):
            name, operator, alternative = found.groups()
            known = self._known(name)
            empty = known is not None and Field(known).value == ""
            last = node.named_children[-1] if node.named_child_count > 1 else None
            if empty and is_number(name) and operator[0] != ":":  # not given, or empty
                return [Field((Hole(raw),))]
            if operator == ":+" and empty:
                return self._value(("",), quoted)
            if operator in ("+", ":+"):
                given = empty or any(map(is_something, known or ()))
                return self.items(last) if given and last else [Field((Hole(raw),))]
            if empty and operator[0] == ":":
                pass
            elif known is not None:
                return self._list(self.params, name, quoted) if name in "@*" else self._value(known, quoted)
            elif is_number(name) or name in "@*" or not alternative or not self.takes_defaults:
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
            case Field(pieces) if any(isinstance(piece, (Arg, Joined)) for piece in pieces):
                starts = (piece.start for piece in pieces if isinstance(piece, Joined))
                yield Split(next(starts, LEAST - 1))  # of one argument there is one word at least
            case Field(pieces) if item.value is not None:
                if self.variables.get("IFS") is not None and not item.value.isalnum():
                    yield Field((Hole(item.value),))
                    return
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
            case Field(pieces) if item == ANY or position == index:
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
            case Split() | Field((Hole("$@"),)):
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
