"""Call: one command of a shell script while it is being looked at, and what becomes of the given command in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from binderlint.read.shell.branches import is_last
from binderlint.read.shell.state import Arrival, Command, Context, Frame, Kind, Redirect, State
from binderlint.read.shell.words import Arg, Code, Field, Item, Joined, Rest, Scalar, Split, Word
from binderlint.read.shell.wrappers import base_name
from binderlint.source import Place, Text

if TYPE_CHECKING:
    from tree_sitter import Node

    from binderlint.read.shell.walk import Walk


class Call:
    """One command while it is being looked at."""

    def __init__(self, walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> None:
        self.walk, self.node, self.code = walk, node, code
        self.state, self.frame, self.context = state, frame, context
        self.words: list[Word] = []
        self.written: list[Word] = []
        self.head: Place | None = None
        self.wrappers: list[str] = []
        self.redirects: list[Redirect] = []
        self.input: Text | None = None
        self.variables: list[tuple[str, str]] = []
        self.execed = False
        self.stays = True

    @property
    def items(self) -> list[Item]:
        return [word.items[0] for word in self.words]

    @property
    def name(self) -> str:
        pattern = self.words[0].pattern if self.words else ""
        tail = base_name(pattern)
        return "" if "\0" in tail else tail

    def record(self) -> None:
        """Note the command, once for each place."""
        context, state = self.context, self.state
        ignored = context.condition or context.background or (context.piped and not state.pipefail)
        place = self.code.place(self.node.start_byte, self.node.end_byte)
        self.walk.note(
            Command(
                self.name,
                tuple(self.words),
                tuple(self.wrappers),
                place,
                context,
                tuple(self.redirects),
                self.input,
                state.errexit and not ignored,
                ignored,
                state.cwd,
                tuple(self.variables),
                tuple(self.written),
                self._alone(),
                state.arrived is not False or state.pending is not None,
            ),
            (self.node.start_byte, self.node.end_byte, len(self.wrappers)),
        )

    def _alone(self) -> Place | None:
        node = self.node
        if node.parent is not None and node.parent.type == "redirected_statement":
            node = node.parent
        inside = node.parent.type if node.parent is not None else ""
        if any(child.type == "heredoc_redirect" for child in node.children) or inside in (
            "list",
            "pipeline",
            "negated_command",
            "redirected_statement",
            "variable_assignment",
        ):
            return None
        return self.code.place(node.start_byte, node.end_byte)

    # -- the given command

    def deliver(self, kind: Kind) -> bool:
        """The given command is run here."""
        if kind is Kind.EXEC and not (self.execed and self.stays and self.frame.main):
            kind = Kind.PLAIN
        argument = next((word for word in self.words if symbolic(word.items[0])), self.words[0])
        place = self.code.place(self.node.start_byte, self.node.end_byte)
        nested = bool(self.context.nested) or self.context.function is not None
        sole = sum(symbolic(word.items[0]) for word in self.words) == 1 and self.state.params == (Rest(0),)
        self.walk.arrivals.append(
            Arrival(
                kind,
                place,
                not nested and is_last(self.node),
                self.state.trapped,
                self.context.pipeline,
                argument.place if sole else None,
                "",
                self.execed,
                tuple(self.wrappers),
                self.head,
                False,
                self.stays and self.frame.main and not self.context.background,
            )
        )
        self.state.arrived = True
        return self.end() if self.execed else True

    def end(self, program: str = "") -> bool:
        """The process ends, or becomes another program."""
        place = self.code.place(self.node.start_byte, self.node.end_byte)
        self.walk.end(self.state, self.frame, place, program)
        return False

    # -- nested shell code

    def nested(
        self, text: Text, params: tuple[Item, ...], label: str, own_process: bool, zero: Scalar | None = None
    ) -> bool:
        """Run a text as shell code, in this process or in one of its own."""
        from binderlint.read.shell.syntax import tree

        walk = self.walk
        if not walk.enters(len(text)):
            self.state.unclear = True
            return True
        code = Code(text)
        root = tree(code)
        walk.broken = walk.broken or root.has_error
        context = self.context._replace(nested=(*self.context.nested, label), whole=False)
        walk.depth += 1
        if own_process and not self.execed:
            other, frame = self.state.copy(), Frame(False)
            other.params, other.errexit, other.trapped = params, False, False
            if zero:
                other.set("0", zero)
            if walk.sequence(root, code, other, frame, context):
                frame.ends.append(other)
            ends = {end.arrived for end in frame.ends}
            if self.state.arrived is not True:
                self.state.arrived = ends.pop() if len(ends) == 1 else None
            self.state.unclear = self.state.unclear or any(end.unclear for end in frame.ends)
            falls = True
        else:
            saved, self.state.params = self.state.params, params
            if zero:
                self.state.set("0", zero)
            self.frame.returns.append([])
            stays, walk.stays = walk.stays, walk.stays and self.stays
            falls = walk.sequence(root, code, self.state, self.frame, context)
            walk.stays = stays
            falls = walk.branches(self.state, ([self.state.copy()] if falls else []) + self.frame.returns.pop())
            self.state.params = saved
            if self.execed and falls:
                falls = self.end()
        walk.depth -= 1
        return falls

    def inside(self, word: Word) -> Text:
        """The text that a quoted word stands for, with its exact place where nothing in it is escaped."""
        known = word.value or ""
        inner = word.raw.part(1, len(word.raw) - 1)
        return inner if word.quoted and inner == known else Text(known, word.place)


def arrival(items: Sequence[Item], first: int) -> Kind | None:
    """What becomes of the given command where these arguments, from one on, are run as one; None when another program is run."""
    match items[first]:
        case Rest(0):
            return Kind.EXEC
        case Rest() | Split():
            return Kind.SPLIT
        case Field((Arg(0),)):
            for position in range(len(items) - first):
                match items[first + position]:
                    case Rest(start) if start == position:
                        return Kind.EXEC
                    case Field((Arg(index),)) if index == position:
                        continue
                break
            return Kind.SPLIT
        case Field(pieces) if any(isinstance(piece, Joined) for piece in pieces):
            return Kind.SPLIT
    return None


def symbolic(item: Item) -> bool:
    return isinstance(item, (Rest, Split)) or any(isinstance(piece, (Arg, Joined)) for piece in item.pieces)
