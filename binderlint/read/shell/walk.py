"""Walk: follows a shell script as the shell would, over every path: which commands run, in what state, and whether the given command arrives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from binderlint.read.shell.branches import is_last, run_case, run_if, run_loop
from binderlint.read.shell.conditions import combined, is_test, truth
from binderlint.read.shell.expand import Expander
from binderlint.read.shell.state import (
    MAX_CALLS,
    MAX_DEPTH,
    MAX_FOLLOWED,
    Arrival,
    Command,
    Context,
    Frame,
    Kind,
    Load,
    State,
)
from binderlint.read.shell.words import Code, Values
from binderlint.source import Place

if TYPE_CHECKING:
    from tree_sitter import Node


class Walk:
    """One walk through a script. `commands` are in the order of running; `arrivals` say how each path ends."""

    def __init__(self, load: Load | None = None) -> None:
        self.load = load
        self.commands: list[Command] = []
        self.arrivals: list[Arrival] = []
        self.functions: dict[str, tuple[Node, Code]] = {}
        self.called: set[str] = set()
        self.broken = False
        self.final: State | None = None
        self.depth = 0
        self.calls = 0
        self.followed = 0
        self.stays = True
        self.open: set[str] = set()
        self._seen: set[tuple[str, int, int, int, Place]] = set()

    def enters(self, size: int) -> bool:
        """Whether code is followed that a command runs: not too deep, not too often, not too much (in bytes) in all."""
        self.calls += 1
        self.followed += size
        return self.depth < MAX_DEPTH and self.calls <= MAX_CALLS and self.followed <= MAX_FOLLOWED

    # -- the whole

    def script(self, code: Code, root: Node, state: State) -> None:
        """Walk a script from its first line to the end of every path."""
        frame = Frame(True)
        falls = self.sequence(root, code, state, frame, Context(code.text.place), False)
        if falls:
            self.final = state
            self.end(state, frame, code.place(*_last_span(root)))
        for name, (body, its_code) in list(self.functions.items()):
            if name not in self.called:
                context = Context(its_code.raw(body).place, function=name, called=False)
                self._quietly(body, its_code, state.copy(), context)

    def note(self, command: Command, key: tuple[int, int, int]) -> None:
        """Keep a command, once for each place."""
        full = (command.place.path, *key, command.place)
        if full not in self._seen and command.words:
            self._seen.add(full)
            self.commands.append(command)

    def _quietly(self, node: Node, code: Code, state: State, context: Context) -> None:
        """Record the commands of what never runs."""
        arrivals = self.arrivals
        self.arrivals = []
        self.run(node, code, state, Frame(False), context)
        self.arrivals = arrivals

    def end(self, state: State, frame: Frame, place: Place, program: str = "") -> None:
        """A path of a process ends here."""
        frame.ends.append(state)
        if not frame.main:
            return
        if state.pending and state.arrived is not True:
            self.arrivals.append(state.pending._replace(kind=Kind.BACKGROUND))
        elif state.arrived is not True:
            kind = Kind.UNKNOWN if state.unclear and not program else Kind.NEVER
            self.arrivals.append(Arrival(kind, place, program=program))

    # -- statements

    def sequence(
        self, node: Node, code: Code, state: State, frame: Frame, context: Context, inner: bool = True
    ) -> bool:
        """The statements of a block, one after another; returns whether its end is reached."""
        falls = True
        children = node.children
        for index, child in enumerate(children):
            if not child.is_named or child.type in ("comment", "heredoc_body", "heredoc_end", "variable_name"):
                continue
            here = context._replace(reachable=context.reachable and falls)
            if not inner:
                here = here._replace(statement=code.place(child.start_byte, child.end_byte), whole=True)
            if index + 1 < len(children) and children[index + 1].type == "&":
                self.background(child, code, state, here)
            elif not falls:
                if child.type == "function_definition":
                    self.run(child, code, state, frame, here)
                else:
                    self._quietly(child, code, state.copy(), here)
            else:
                falls = self.run(child, code, state, frame, here)
        return falls

    def background(self, node: Node, code: Code, state: State, context: Context) -> None:
        other, frame = state.copy(), Frame(False)
        before = len(self.arrivals)
        self.run(node, code, other, frame, context._replace(background=True, subshell=True))
        new = self.arrivals[before:]
        sent = [found for found in new if found.kind in (Kind.EXEC, Kind.PLAIN)]
        self.arrivals[before:] = [found for found in new if found.kind not in (Kind.EXEC, Kind.PLAIN)]
        if sent:
            sign = node.next_sibling
            end = sign.end_byte if sign is not None and sign.type == "&" else node.end_byte
            state.pending = sent[0]._replace(
                place=code.place(node.start_byte, end), last=sign is not None and is_last(sign)
            )

    def _process(self, node: Node, code: Code, state: State, context: Context) -> None:
        """A subshell: what it changes stays in it, but for whether the command arrived."""
        other, frame = state.copy(), Frame(False)
        if self._run_children(node, code, other, frame, context):
            frame.ends.append(other)
        arrived = {end.arrived for end in frame.ends}
        state.arrived = arrived.pop() if len(arrived) == 1 else None
        state.unclear = state.unclear or any(end.unclear for end in frame.ends)

    def _run_children(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        if node.type in ("subshell", "command_substitution", "process_substitution", "program"):
            return self.sequence(node, code, state, frame, context)
        return self.run(node, code, state, frame, context)

    def run(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        """One statement; returns whether the next one is reached."""
        if node.type not in ("command", "redirected_statement", "negated_command"):
            context = context._replace(whole=False)
        match node.type:
            case "command":
                return self._command(node, code, state, frame, context, [])
            case "redirected_statement":
                return self._redirected(node, code, state, frame, context)
            case "list":
                return self._list(node, code, state, frame, context)
            case "pipeline":
                parts = [child for child in node.children if child.is_named and child.type != "comment"]
                return self._pipeline(parts, code, state, context)
            case "subshell":
                self._process(node, code, state, context._replace(subshell=True))
                return True
            case "if_statement":
                return run_if(self, node, code, state, frame, context)
            case "case_statement":
                return run_case(self, node, code, state, frame, context)
            case "while_statement" | "for_statement" | "c_style_for_statement":
                return run_loop(self, node, code, state, frame, context)
            case "function_definition":
                body = node.child_by_field_name("body")
                name = node.child_by_field_name("name")
                if body and name:
                    self.functions[code.raw(name)] = (body, code)
                return True
            case "negated_command":
                for child in node.named_children:
                    return self.run(child, code, state, frame, context._replace(condition=True))
                return True
            case "variable_assignment" | "variable_assignments" | "declaration_command":
                self._assign(node, code, state, context)
                return True
            case "test_command" | "unset_command":
                self.substitutions(node, code, state, context)
                return True
            case "compound_statement" if node.children and node.children[0].type == "((":
                return True
            case "ERROR":
                self.broken = True
                return self.sequence(node, code, state, frame, context)
            case _:
                return self.sequence(node, code, state, frame, context)

    def _redirected(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        body = node.child_by_field_name("body")
        redirects = node.children_by_field_name("redirect")
        rest = [
            child for one in redirects for child in one.named_children if child.type in ("pipeline", "list", "command")
        ]
        for one in redirects:
            self.substitutions(one, code, state, context)
        if body is None:
            return True
        if rest and rest[0].type == "pipeline":
            parts = [body, *(child for child in rest[0].children if child.is_named)]
            return self._pipeline(parts, code, state, context._replace(whole=False), redirects)
        if body.type == "command":
            return self._command(body, code, state, frame, context, redirects)
        if body.type == "pipeline" and body.named_child_count:  # `a | b 2>&1`: the redirection is that of the last
            parts = [child for child in body.children if child.is_named and child.type != "comment"]
            return self._pipeline(parts, code, state, context._replace(whole=False), redirects)
        return self.run(body, code, state, frame, context)

    def _list(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        """`a && b`, `a || b`, and as many more as follow: the grammar nests them to the left."""
        first, rest = _chain(node)
        if not rest:
            return self.sequence(first, code, state, frame, context)
        expander = Expander(code, state.variables, state.params)
        known, asks = truth(first, expander), is_test(first)
        after = _alternatives([sign for sign, _ in rest])
        truths = [truth(part, expander) for _, part in rest]
        falls = self.run(first, code, state, frame, context._replace(condition=context.condition or after[0]))
        for index, (sign, part) in enumerate(rest):
            here = context._replace(condition=context.condition or after[index + 1])
            if not falls or known is (sign == "||"):
                self._quietly(part, code, state.copy(), here._replace(reachable=False))
            elif known is not None or (sign == "&&" and not asks):
                falls = self.run(part, code, state, frame, here)
            else:
                other = state.copy()
                if self.run(part, code, other, frame, here._replace(conditional=True)):
                    state.merge(other)
            known, asks = combined([known, truths[index]], sign), asks or is_test(part)
        return falls

    def _pipeline(
        self, parts: Sequence[Node], code: Code, state: State, context: Context, redirects: Sequence[Node] = ()
    ) -> bool:
        """Every part of a pipeline is a process of its own."""
        arrived: list[bool | None] = []
        for index, part in enumerate(parts):
            other, frame = state.copy(), Frame(False)
            last = index == len(parts) - 1
            here = context._replace(whole=False, subshell=True, pipeline=True, piped=context.piped or not last)
            if last and redirects and part.type == "command":
                falls = self._command(part, code, other, frame, here, redirects)
            else:
                falls = self.run(part, code, other, frame, here)
            if falls:
                frame.ends.append(other)
            ends = {end.arrived for end in frame.ends}
            arrived.append(ends.pop() if len(ends) == 1 else None)
            state.unclear = state.unclear or any(end.unclear for end in frame.ends)
        if state.arrived is not True:
            state.arrived = True if True in arrived else None if None in arrived else state.arrived
        return True

    def branches(self, state: State, outcomes: list[State]) -> bool:
        """Make `state` what is known after one of several paths; False when none of them goes on."""
        if not outcomes:
            return False
        state.__dict__.update(outcomes[0].copy().__dict__)
        for other in outcomes[1:]:
            state.merge(other)
        return True

    # -- variables

    def _assign(self, node: Node, code: Code, state: State, context: Context) -> None:
        self.substitutions(node, code, state, context)
        assignments = [node] if node.type == "variable_assignment" else []
        assignments += [child for child in node.named_children if child.type == "variable_assignment"]
        for one in assignments:
            name, given = one.child_by_field_name("name"), one.child_by_field_name("value")
            if name is None:
                continue
            expander = Expander(code, state.variables, state.params)
            key = str(code.raw(name))
            if name.type != "variable_name" or any(child.type == "+=" for child in one.children):
                key = key.partition("[")[0]
                state.forget([key])
            elif given is not None and given.type == "array":
                items = [item for child in given.named_children for item in expander.items(child)]
                state.set(key, Values(tuple(items)))
            else:
                state.set(key, expander.scalar(given))

    def substitutions(self, node: Node, code: Code, state: State, context: Context) -> None:
        """Run the `$(...)` and `<(...)` in the words of a statement."""
        for child in node.children:
            if child.type in ("command_substitution", "process_substitution"):
                self._process(child, code, state.copy(), context._replace(substitution=True, whole=False))
            elif child.child_count:
                self.substitutions(child, code, state, context)

    # -- commands

    def _command(
        self, node: Node, code: Code, state: State, frame: Frame, context: Context, redirects: Sequence[Node]
    ) -> bool:
        from binderlint.read.shell.commands import run_command

        return run_command(self, node, code, state, frame, context, redirects)


def _last_span(root: Node) -> tuple[int, int]:
    """The last statement of a script; its first line when there is none."""
    statements = [child for child in root.children if child.is_named and child.type != "comment"]
    last = statements[-1] if statements else root
    return last.start_byte, last.end_byte


def _chain(node: Node) -> tuple[Node, list[tuple[str, Node]]]:
    """The first part of a list, and those that follow with the signs before them."""
    rest: list[tuple[str, Node]] = []
    while node.type == "list":
        parts = [child for child in node.children if child.is_named and child.type != "comment"]
        if len(parts) < 2:
            break
        rest.append((next((child.type for child in node.children if child.type in ("&&", "||")), "&&"), parts[1]))
        node = parts[0]
    return node, rest[::-1]


def _alternatives(signs: list[str]) -> list[bool]:
    """For each part of a list: True when `||` follows it somewhere."""
    found = [False]
    for sign in reversed(signs):
        found.append(found[-1] or sign == "||")
    return found[::-1]
