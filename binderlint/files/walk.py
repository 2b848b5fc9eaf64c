"""Walk: follows a shell script as the shell would, over every path: which commands run, in what state, and whether the given command arrives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from binderlint.files.conditions import is_test, truth
from binderlint.files.words import (
    Code,
    Expander,
    Field,
    Hole,
    Item,
    Load,
    Scalar,
    Values,
    Word,
)
from binderlint.files.wrappers import value
from binderlint.source import Place, Text

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 12


class Context(NamedTuple):
    """Where in a script a command stands."""

    statement: Place
    """The whole top-level statement it is part of."""
    whole: bool = True
    """The command is that statement: nothing else is in it."""
    function: str | None = None
    called: bool = True
    """False in a function that is never called."""
    reachable: bool = True
    """False after `exec` or `exit`."""
    conditional: bool = False
    """It runs on some paths only."""
    condition: bool = False
    """Its success is asked for (`if`, `while`, left of `||`), so its failure ends nothing."""
    loop: bool = False
    subshell: bool = False
    piped: bool = False
    """Its output goes into another command."""
    pipeline: bool = False
    background: bool = False
    substitution: bool = False
    nested: tuple[str, ...] = ()
    """What runs the text it stands in: `bash -c`, `eval`, or the path of another script."""


class Redirect(NamedTuple):
    """A redirection: its operator (`>`, `>>`, `<`, `2>`...) and the file."""

    operator: str
    target: Word | None


class Command(NamedTuple):
    """A command of a script, with the wrappers before it looked through."""

    name: str
    """The program without its folder; empty when it is not known."""
    words: tuple[Word, ...]
    """The program and its arguments, as written."""
    wrappers: tuple[str, ...]
    place: Place
    context: Context
    redirects: tuple[Redirect, ...]
    input: Text | None
    """What a heredoc or herestring gives it."""
    errexit: bool
    """A failure of it ends the script."""
    ignored: bool
    """Its failure is handled or has no effect: `|| true`, a condition, not the last of a pipeline."""
    cwd: str | None
    """The folder it runs in, from the repository's root; None when that is not known."""
    variables: tuple[tuple[str, str], ...] = ()
    """Variables given in front of it."""

    @property
    def args(self) -> tuple[Word, ...]:
        return self.words[1:]

    @property
    def values(self) -> tuple[str, ...]:
        """The arguments with `UNKNOWN` for what is not known."""
        return tuple(word.pattern for word in self.words[1:])

    @property
    def operands(self) -> tuple[str, ...]:
        """The arguments that are no options."""
        return tuple(text for text in self.values if not text.startswith("-"))

    def has(self, *options: str) -> bool:
        """Whether one of these arguments is given; a letter option also inside a group (`-qy`)."""
        for text in self.values:
            if text in options or text.partition("=")[0] in options:
                return True
            if re.fullmatch(r"-[A-Za-z]{2,}", text) and any(
                len(option) == 2 and option[1] in text[1:] for option in options if not option.startswith("--")
            ):
                return True
        return False

    @property
    def runs(self) -> bool:
        """Whether some path of the script gets to it."""
        return self.context.reachable and self.context.called


class Kind(Enum):
    """What becomes, on one path, of the command that the script is given as its arguments."""

    EXEC = "it runs with its arguments as given, in the script's own process"
    PLAIN = "it runs with its arguments as given, as a child of the script"
    SPLIT = "its arguments are split, joined or lost"
    BACKGROUND = "it is started in the background and the script ends without it"
    NEVER = "it is not run"
    UNKNOWN = "it is handed to something that is not known"


class Arrival(NamedTuple):
    """The end of one path: what became of the command, and the place that decides it."""

    kind: Kind
    place: Place
    last: bool = False
    """Nothing follows it on its path."""
    trapped: bool = False
    """The script catches signals before."""
    pipeline: bool = False
    argument: Place | None = None
    """Where the arguments of the script are written, when one word holds them all."""
    program: str = ""
    """What runs instead of the command."""
    execed: bool = False
    wrappers: tuple[str, ...] = ()


class State:
    """What is known at one point of the script."""

    def __init__(self, variables: dict[str, Scalar | Values], params: tuple[Item, ...]) -> None:
        self.variables = variables
        self.params = params
        self.errexit = False
        self.pipefail = False
        self.cwd: str | None = ""
        self.arrived: bool | None = False
        self.pending: Arrival | None = None
        self.unclear = False
        self.trapped = False

    def copy(self) -> State:
        other = State(dict(self.variables), self.params)
        other.__dict__.update({key: item for key, item in self.__dict__.items() if key != "variables"})
        return other

    def merge(self, other: State) -> None:
        """What is known where two paths come together."""
        for name in {*self.variables, *other.variables}:
            if self.variables.get(name) != other.variables.get(name):
                self.variables[name] = (Hole(f"${name}"),)
        self.params = self.params if self.params == other.params else (Field((Hole("$@"),)),)
        self.errexit = self.errexit and other.errexit
        self.pipefail = self.pipefail and other.pipefail
        self.cwd = self.cwd if self.cwd == other.cwd else None
        self.arrived = self.arrived if self.arrived == other.arrived else None
        self.pending = self.pending or other.pending
        self.unclear = self.unclear or other.unclear
        self.trapped = self.trapped or other.trapped


class Loop(NamedTuple):
    """The states in which a loop was left, or its next round begun."""

    breaks: list[State]
    continues: list[State]


class Frame:
    """A process: the script itself or a subshell; `ends` are the states in which it ended."""

    def __init__(self, main: bool) -> None:
        self.main = main
        self.ends: list[State] = []
        self.loops: list[Loop] = []
        self.returns: list[list[State]] = []


class Walk:
    """One walk through a script. `commands` are in the order of running; `arrivals` say how each path ends."""

    def __init__(self, load: Load | None = None) -> None:
        self.load = load
        self.commands: list[Command] = []
        self.arrivals: list[Arrival] = []
        self.functions: dict[str, tuple[Node, Code]] = {}
        self.called: set[str] = set()
        self.broken = False
        self.depth = 0
        self.stays = True
        self.open: set[str] = set()
        self._seen: set[tuple[str, int, int, int, Place]] = set()

    # -- the whole

    def script(self, code: Code, root: Node, state: State) -> None:
        """Walk a script from its first line to the end of every path."""
        frame = Frame(True)
        falls = self.sequence(root, code, state, frame, Context(code.text.place), False)
        if falls:
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
                self._background(child, code, state, here)
            elif not falls:
                if child.type == "function_definition":
                    self.run(child, code, state, frame, here)
                else:
                    self._quietly(child, code, state.copy(), here)
            else:
                falls = self.run(child, code, state, frame, here)
        return falls

    def _background(self, node: Node, code: Code, state: State, context: Context) -> None:
        other, frame = state.copy(), Frame(False)
        before = len(self.arrivals)
        self.run(node, code, other, frame, context._replace(background=True, subshell=True))
        sent = [found for found in self.arrivals[before:] if found.kind in (Kind.EXEC, Kind.PLAIN)]
        self.arrivals[before:] = [found for found in self.arrivals[before:] if found not in sent]
        if sent:
            state.pending = sent[0]

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
                return self._if(node, code, state, frame, context)
            case "case_statement":
                return self._case(node, code, state, frame, context)
            case "while_statement" | "for_statement" | "c_style_for_statement":
                return self._loop(node, code, state, frame, context)
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
        """`a && b`, `a || b`."""
        parts = [child for child in node.children if child.is_named and child.type != "comment"]
        sign = next((child.type for child in node.children if child.type in ("&&", "||")), "&&")
        if len(parts) < 2:
            return self.sequence(node, code, state, frame, context)
        left, right = parts[0], parts[1]
        expander = Expander(code, state.variables, state.params)
        known = truth(left, expander)
        falls = self.run(left, code, state, frame, context._replace(condition=context.condition or sign == "||"))
        skipped = known is (sign == "||")
        if not falls or (skipped and known is not None):
            self._quietly(right, code, state.copy(), context._replace(reachable=False))
            return falls
        if known is not None or (sign == "&&" and not is_test(left)):
            return self.run(right, code, state, frame, context)
        other = state.copy()
        if self.run(right, code, other, frame, context._replace(conditional=True)):
            state.merge(other)
        return True

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

    def _if(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        outcomes: list[State] = []
        clauses: list[Node] = [node, *(child for child in node.children if child.type == "elif_clause")]
        clauses += [child for child in node.children if child.type == "else_clause"]
        inside = context._replace(conditional=True)
        for clause in clauses:
            condition, body = _parts(clause)
            known: bool | None = True
            if condition:
                known = truth(condition[-1], Expander(code, state.variables, state.params))
                for one in condition:
                    if not self.run(one, code, state, frame, context._replace(condition=True)):
                        return self.branches(state, outcomes)
            other = state.copy()
            here = context if known and clause is node else inside
            if known is False:
                here = inside._replace(reachable=False)
                self._block_quietly(body, code, other, here)
                continue
            if self._block(body, code, other, frame, here):
                outcomes.append(other)
            if known:
                break
        else:
            outcomes.append(state.copy())
        return self.branches(state, outcomes)

    def _block(self, nodes: Sequence[Node], code: Code, state: State, frame: Frame, context: Context) -> bool:
        falls = True
        for node in nodes:
            following = node.next_sibling
            if not falls:
                self._quietly(node, code, state.copy(), context._replace(reachable=False))
            elif following is not None and following.type == "&":
                self._background(node, code, state, context)
            else:
                falls = self.run(node, code, state, frame, context)
        return falls

    def _block_quietly(self, nodes: Sequence[Node], code: Code, state: State, context: Context) -> None:
        for node in nodes:
            self._quietly(node, code, state.copy(), context)

    def _case(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        from fnmatch import fnmatchcase

        subject = node.child_by_field_name("value")
        expander = Expander(code, state.variables, state.params)
        text = expander.word(subject).value if subject else None
        outcomes: list[State] = []
        inside, certain = context._replace(conditional=True), False
        for item in (child for child in node.children if child.type == "case_item"):
            patterns = [expander.word(one).pattern for one in item.children_by_field_name("value")]
            matches: bool | None = None if text is None else any(fnmatchcase(text, one) for one in patterns)
            if "*" in patterns:
                matches = True
            body = [child for child in item.named_children if child not in item.children_by_field_name("value")]
            other = state.copy()
            if matches is False or certain:
                self._block_quietly(body, code, other, inside._replace(reachable=False))
                continue
            if self._block(body, code, other, frame, inside):
                outcomes.append(other)
            certain = matches is True
        if not certain:
            outcomes.append(state.copy())
        return self.branches(state, outcomes)

    def _loop(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        body = node.child_by_field_name("body")
        conditions = node.children_by_field_name("condition") if node.type == "while_statement" else []
        conditions = [one for one in conditions if one.is_named]
        forever = certain = False
        for one in conditions:
            known = truth(one, Expander(code, state.variables, state.params))
            wanted = node.children[0].type == "while"
            forever = known is wanted
            if not self.run(one, code, state, frame, context._replace(condition=True)):
                return False
        if node.type == "for_statement":
            expander = Expander(code, state.variables, state.params)
            variable = node.child_by_field_name("variable")
            items = [item for one in node.children_by_field_name("value") for item in expander.items(one)]
            certain = bool(items) and all(value(item) is not None for item in items)
            if variable:
                name = str(code.raw(variable))
                state.variables[name] = (
                    items[0].pieces if len(items) == 1 and isinstance(items[0], Field) else (Hole(f"${name}"),)
                )
            for one in node.children_by_field_name("value"):
                self.substitutions(one, code, state, context)
        loop = Loop([], [])
        frame.loops.append(loop)
        other = state.copy()
        falls = body is None or self.run(
            body, code, other, frame, context._replace(loop=True, conditional=context.conditional or not certain)
        )
        frame.loops.pop()
        falls = self.branches(other, ([other.copy()] if falls else []) + loop.continues)
        if forever:
            if falls and not loop.breaks:  # it runs for ever
                self.end(other, frame, code.place(node.start_byte, node.end_byte), program="endless loop")
            return self.branches(state, loop.breaks)
        outcomes = ([] if certain else [state.copy()]) + ([other] if falls else []) + loop.breaks
        return self.branches(state, outcomes)

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
                state.variables[key] = (Hole(f"${key}"),)
            elif given is not None and given.type == "array":
                items = [item for child in given.named_children for item in expander.items(child)]
                state.variables[key] = Values(tuple(items))
            else:
                state.variables[key] = expander.scalar(given)

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
        from binderlint.files.commands import run_command

        return run_command(self, node, code, state, frame, context, redirects)


def _parts(clause: Node) -> tuple[list[Node], list[Node]]:
    """The conditions and the body of `if`, `elif` and `else`."""
    condition: list[Node] = []
    body: list[Node] = []
    after = clause.type == "else_clause"
    for child in clause.children:
        if child.type == "then":
            after = True
        elif child.is_named and child.type not in ("comment", "elif_clause", "else_clause"):
            (body if after else condition).append(child)
    return condition, body


def _last_span(root: Node) -> tuple[int, int]:
    """The last statement of a script; its first line when there is none."""
    statements = [child for child in root.children if child.is_named and child.type != "comment"]
    last = statements[-1] if statements else root
    return last.start_byte, last.end_byte
