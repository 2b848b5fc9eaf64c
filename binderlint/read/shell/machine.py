"""Machine: what a script runs, in which order, and whether the arguments it was given arrive: an interpreter that follows every path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from binderlint.pattern import regex
from binderlint.read.digits import is_number, number
from binderlint.read.shell.commands import (
    ANY,
    MOST,
    Arg,
    Arrival,
    Command,
    Context,
    Field,
    Hole,
    Item,
    Joined,
    Kind,
    Redirect,
    Rest,
    Scalar,
    Split,
    Values,
    Variables,
    Word,
    few,
    is_short,
    repository_path,
)
from binderlint.read.shell.syntax import Code, Expander, dropped, nth
from binderlint.read.shell.vocabulary import (
    SHELLS,
    base_name,
    combined,
    counted,
    is_count,
    is_test,
    program,
    truth,
    unwrap,
    value,
)
from binderlint.source import Place, Source, Text
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

# -- state: what is known at one point of a shell script, and what a walk through it finds: commands, and what becomes of the given command.


Load = Callable[[str], "Source | None"]
MAX_DEPTH = 12
MAX_CALLS = 2000
MAX_FOLLOWED = 500_000  # bytes of code in functions that run again, and in texts that run as code


class State:
    """What is known at one point of the script."""

    def __init__(self, variables: Variables, params: tuple[Item, ...]) -> None:
        self.variables = variables
        self.params = params
        self.errexit = False
        self.pipefail = False
        self.cwd: str | None = ""
        self.previous_cwd: str | None = None
        self.stack: tuple[str | None, ...] | None = ()
        """The folders that `pushd` left, None when they are not known."""
        self.arrived: bool | None = False
        self.pending: Arrival | None = None
        self.unclear = False
        self.trapped = False

    def copy(self) -> State:
        other = State(self.variables, self.params)
        other.__dict__.update(self.__dict__)
        return other

    def set(self, name: str, value: Scalar | Values) -> None:
        """Give a variable a value. One that has grown too long is no longer known."""
        self.variables = self.variables.having([(name, value if is_short(value) else (Hole(f"${name}"),))])

    def forget(self, names: Iterable[str]) -> None:
        """From here on the values of these variables are not known."""
        self.variables = self.variables.having((name, (Hole(f"${name}"),)) for name in names)

    def merge(self, other: State) -> None:
        """What is known where two paths come together."""
        self.forget(self.variables.differing(other.variables))
        self.params = self.params if self.params == other.params else (ANY,)
        self.errexit = self.errexit and other.errexit
        self.pipefail = self.pipefail and other.pipefail
        self.cwd = self.cwd if self.cwd == other.cwd else None
        self.stack = self.stack if self.stack == other.stack else None
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


# -- call: one command of a shell script while it is being looked at, and what becomes of the given command in it.


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
                state.errexit and not ignored and not context.chained,
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
        sole = sum(map(symbolic, self.items)) == 1 and self.state.params == (Rest(0),)
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
        self, text: Text, params: tuple[Item, ...] | None, label: str, own_process: bool, zero: Scalar | None = None
    ) -> bool:
        """Run a text as shell code, in this process or in one of its own; with the arguments that there are where none are given."""
        from binderlint.read.shell.syntax import tree

        walk = self.walk
        if not walk.enters(len(text)):
            self.state.unclear = True
            return True
        code = Code(text)
        root = tree(code)
        walk.broken = walk.broken or root.has_error
        context = self.context._replace(nested=(*self.context.nested, label), whole=False)
        depth, walk.depth = walk.depth, walk.depth + 1
        if own_process and not self.execed:
            other, frame = self.state.copy(), Frame(False)
            other.params, other.errexit, other.trapped, other.stack = params or (), False, False, ()
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
            saved = self.state.params
            self.state.params = saved if params is None else params
            if zero:
                self.state.set("0", zero)
            self.frame.returns.append([])
            stays, walk.stays = walk.stays, walk.stays and self.stays
            falls = walk.sequence(root, code, self.state, self.frame, context)
            walk.stays = stays
            falls = walk.branches(self.state, ([self.state.copy()] if falls else []) + self.frame.returns.pop())
            self.state.params = self.state.params if params is None else saved
            if self.execed and falls:
                falls = self.end()
        walk.depth = depth
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


# -- builtins: what the shell's own commands do to its state.


# Files that set an environment up and end nothing.
_SETUP_FILES = regex(
    r"(?:.*/)?(?:conda\.sh|mamba\.sh|activate|\.?env|\.env.*|\.envrc|\.bash.*|\.?profile|setup\.bash|.*thisroot\.sh|nvm\.sh)"
)


def _exit(call: Call) -> bool:
    status = call.words[1].value if len(call.words) > 1 else "0"
    if status != "0" and (call.context.conditional or call.context.condition):
        return False  # given up on purpose: something went wrong
    return call.end()


def _return(call: Call) -> bool:
    if not call.frame.returns:
        return True
    call.frame.returns[-1].append(call.state.copy())
    return False


def _break(call: Call) -> bool:
    if not call.frame.loops:
        return True
    levels = call.words[1].value or "" if len(call.words) > 1 else ""
    loops = call.frame.loops
    loop = loops[-min(max(number(levels), 1), len(loops))] if is_number(levels) else loops[-1]
    (loop.breaks if call.name == "break" else loop.continues).append(call.state.copy())
    return False


def _shift(call: Call) -> bool:
    count = call.words[1].value if len(call.words) > 1 else "1"
    if count is not None and is_number(count):
        call.state.params = dropped(call.state.params, number(count))
    else:
        call.state.params = (ANY,)
    return True


def _set(call: Call) -> bool:
    index, state = 1, call.state
    while index < len(call.words):
        text = call.words[index].value
        if text == "--" or (text == "-" and index + 1 < len(call.words)):
            state.params = few(call.items[index + 1 :])
            return True
        if text == "-":
            return True
        if text is None or not re.fullmatch(r"[-+][A-Za-z]+", text):
            state.params = few(call.items[index:])
            return True
        on = text[0] == "-"
        if "e" in text[1:]:
            state.errexit = on
        if text[-1] == "o" and index + 1 < len(call.words):
            index += 1
            option = call.words[index].value
            state.errexit = on if option == "errexit" else state.errexit
            state.pipefail = on if option == "pipefail" else state.pipefail
        index += 1
    return True


def _cd(call: Call) -> bool:
    targets = [word for word in call.words[1:] if not re.fullmatch(r"-[LPe@]+|--", word.value or "")]
    text = targets[0].pattern if targets else "/home/jovyan"
    path = repository_path(text, call.state.cwd) if text != "-" else call.state.previous_cwd
    return _moves(call, "" if path == "." else path, call.state.stack)


def _pushd(call: Call) -> bool:
    stack, here = call.state.stack, call.state.cwd
    if stack is None or len(stack) > MOST or _turns(call):
        return _moves(call, None, None)
    if len(call.words) > 1:
        call.state.stack = (*stack, here)
        return _cd(call)
    return _moves(call, stack[-1], (*stack[:-1], here)) if stack else True


def _popd(call: Call) -> bool:
    stack = call.state.stack
    if stack is None or _turns(call):
        return _moves(call, None, None)
    return _moves(call, stack[-1], stack[:-1]) if stack else True


def _turns(call: Call) -> bool:
    """Whether `pushd` or `popd` is told which folder of the stack, or not to go there."""
    return any(re.fullmatch(r"[-+]\d+|-n", word.pattern) for word in call.words[1:])


def _moves(call: Call, folder: str | None, stack: tuple[str | None, ...] | None) -> bool:
    state = call.state
    state.previous_cwd, state.cwd, state.stack = state.cwd, folder, stack
    return True


def _wait(call: Call) -> bool:
    pending = call.state.pending
    if pending and call.state.arrived is not True:
        call.walk.arrivals.append(pending._replace(kind=Kind.PLAIN, waited=True))
        call.state.arrived = True
    return True


def _source(call: Call) -> bool:
    if len(call.words) < 2:
        return True
    params = few(call.items[2:]) or None
    path = repository_path(call.words[1].pattern, call.state.cwd)
    if path and call.walk.load and (found := call.walk.load(path)) and found.path not in call.walk.open:
        return run_file(call, call.words[1], params, False)
    if not _SETUP_FILES.fullmatch(call.words[1].pattern):
        call.state.unclear = True
    return True


def _eval(call: Call) -> bool:
    items = call.items[1:]
    if any(symbolic(item) for item in items):
        return call.deliver(Kind.SPLIT)
    known = [value(item) for item in items]
    if not items or None in known:
        call.state.unclear = call.state.unclear or ANY in items
        return True
    if len(items) == 1:
        text = call.inside(call.words[1])
    else:
        text = Text(" ".join(one for one in known if one), call.words[1].place)
    return call.nested(text, None, "eval", False)


def _trap(call: Call) -> bool:
    if len(call.words) > 2 and call.words[1].value not in ("-", ""):
        call.state.trapped = True
    return True


def _gives(call: Call) -> bool:
    """A command that gives variables a value: those that its words begin with."""
    names = (re.match(r"[A-Za-z_]\w*", word.value or "") for word in call.words[1:])
    call.state.forget(["REPLY", *(name.group() for name in names if name)])
    return True


def _export(call: Call) -> bool:
    """`command export A=b`."""
    for word in call.words[1:]:
        _give_text(word, call.state)
    return True


def _printf(call: Call) -> bool:
    words = [word.value or "" for word in call.words[1:3]]
    if words and words[0].startswith("-v"):
        call.state.forget([words[0][2:] or words[-1]])
    return run_program(call)


BUILTINS: dict[str, Callable[[Call], bool]] = {
    "exit": _exit,
    "return": _return,
    "break": _break,
    "continue": _break,
    "shift": _shift,
    "set": _set,
    "cd": _cd,
    "pushd": _pushd,
    "popd": _popd,
    "wait": _wait,
    "fg": _wait,
    "source": _source,
    ".": _source,
    "eval": _eval,
    "trap": _trap,
    "read": _gives,
    "mapfile": _gives,
    "readarray": _gives,
    "getopts": _gives,
    "let": _gives,
    "export": _export,
    "readonly": _export,
    "printf": _printf,
}


# -- programs: shells, other scripts of the repository, and what a program that is no wrapper does with the given command.


# They print or keep their arguments and run none of them.
_HARMLESS = frozenset(
    [
        "echo",
        "printf",
        "logger",
        "tee",
        "cat",
        "ls",
        "mkdir",
        "rm",
        "cp",
        "mv",
        "ln",
        "touch",
        "chmod",
        "sed",
        "grep",
        "awk",
        "read",
        "basename",
        "dirname",
        "getopt",
        "readlink",
        "realpath",
        "which",
        "type",
        "export",
        "declare",
        "local",
        "true",
        "false",
        "test",
        "[",
        "wc",
        "head",
        "tail",
        "sort",
        "date",
        "sleep",
        "command",
        "builtin",
        "kill",
    ]
)
# `jupyter lab "$@"` gets the command as file names and options of its own.
_OTHER_SERVERS = regex(
    r"jupyter(?:hub)?(?:-.*)?|python[\d.]*|ipython|R|Rscript|julia|voila|streamlit|marimo|node|java|cat|echo|printf"
)


def run_shell(call: Call) -> bool:
    """`bash -c '...'`, `bash script`, `bash <<EOF`."""
    items, index, code_next = call.items, 1, False
    while index < len(items) and (text := value(items[index])) is not None and text[:1] in "-+" and text:
        if not text.startswith("--"):
            code_next = code_next or "c" in text[1:]
            index += "o" in text[1:].lower()
        elif text in ("--rcfile", "--init-file"):
            index += 1
        index += 1
    if index >= len(items):
        if call.input is not None:
            call.nested(call.input, (), f"{call.name} <<", True)
        return call.end(call.name) if call.execed else True
    head, rest = items[index], few(items[index + 1 :])
    if not code_next:
        if symbolic(head):
            return _swallowed(call)
        return run_file(call, call.words[index], rest, True)
    if call.words[index].value is not None:
        return call.nested(
            call.inside(call.words[index]),
            dropped(rest, 1),
            f"{call.name} -c",
            True,
            nth(rest, 0) if rest else None,
        )
    if symbolic(head):
        return call.deliver(Kind.SPLIT)
    return run_program(call)


def run_file(call: Call, word: Word, params: tuple[Item, ...] | None, own_process: bool) -> bool:
    """Another script: followed when it is a shell script of the repository."""
    from binderlint.read.shebang import shebang

    path = repository_path(word.pattern, call.state.cwd)
    source = call.walk.load(path) if path and call.walk.load else None
    if source is None or source.path in call.walk.open or not own_shell(shebang(source).language, call.name):
        return run_program(call)
    call.walk.open.add(source.path)
    falls = call.nested(source.slice(int(source.has_bom), len(source.text)), params, source.path, own_process)
    call.walk.open.discard(source.path)
    return falls


def own_shell(language: str, runner: str) -> bool:
    """Whether a file is shell code, by its first line or because a shell is told to run it."""
    return language == "shell" or (not language and runner in (*SHELLS, "source", "."))


def _swallowed(call: Call) -> bool:
    """The given command is handed to a program that is not a wrapper."""
    return call.end(call.name) if call.execed else True


def run_program(call: Call) -> bool:
    """A program, of the repository or not."""
    given = [item for item in call.items[1:] if symbolic(item)] or [item for item in call.items if item == ANY]
    if "/" in call.words[0].pattern and "\0" not in call.words[0].pattern and call.name not in SHELLS:
        path = repository_path(call.words[0].pattern, call.state.cwd)
        source = call.walk.load(path) if path and call.walk.load else None
        if source is not None and source.path not in call.walk.open:
            return (
                run_file(call, call.words[0], few(call.items[1:]), True) if _is_shell(source) else _other(call, given)
            )
    return _other(call, given)


def _is_shell(source: object) -> bool:
    from binderlint.read.shebang import shebang

    return isinstance(source, Source) and shebang(source).language == "shell"


def _other(call: Call, given: list[Item]) -> bool:
    if given and not (call.name and (call.name in _HARMLESS or _OTHER_SERVERS.fullmatch(call.name))):
        call.state.unclear = True
        if call.execed:
            return call.end()
        return True
    if not call.execed:
        return True
    if not call.name:  # a program that is not known may be a wrapper without arguments too, a shell for instance
        call.state.unclear = True
        return call.end()
    return call.end(call.name)


# -- commands: runs one command of a shell script: looks through wrappers, calls functions, and finds out what it does.


def run_command(
    walk: Walk,
    node: Node,
    code: Code,
    state: State,
    frame: Frame,
    context: Context,
    redirects: Sequence[Node],
) -> bool:
    """Run one command; returns whether the next one is reached."""
    call = Call(walk, node, code, state, frame, context)
    call.stays = walk.stays
    walk.substitutions(node.children, code, state, context)
    expander = Expander(code, state.variables, state.params)
    for child in node.children:
        if child.type == "variable_assignment":
            name, given = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name:
                text = expander.word(given).pattern if given else ""
                call.variables.append((str(code.raw(name)), text))
        elif child.type == "subshell":
            walk.run(child, code, state, frame, context)
        elif child.is_named and "redirect" not in child.type and child.type != "comment":
            _add(call, expander.word(child))
    for one in (*redirects, *(child for child in node.children if "redirect" in child.type)):
        _redirect(call, one, expander)
    call.written = list(call.words)
    if state.pending and call.name not in ("echo", "wait", "printf", "exit", "true", ":"):
        state.unclear = True
    return _run(call)


def _add(call: Call, word: Word) -> None:
    call.head = call.head or word.place
    if len(word.items) > 1 and len(call.words) > MOST:
        call.state.unclear = True
    else:
        call.words += [Word(word.raw, (item,)) for item in word.items]


def _redirect(call: Call, node: Node, expander: Expander) -> None:
    if node.type == "file_redirect":
        targets = node.children_by_field_name("destination")
        operator = "".join(
            call.code.string(child.start_byte, child.end_byte) for child in node.children if child not in targets
        )
        call.redirects.append(Redirect(operator, expander.word(targets[0]) if targets else None))
        for argument in targets[1:]:  # `exec > log "$@"`
            _add(call, expander.word(argument))
    elif node.type == "herestring_redirect" and node.named_children:
        call.input = call.inside(expander.word(node.named_children[-1]))
    elif node.type == "heredoc_redirect":
        for child in node.children:
            if child.type == "heredoc_body":
                call.input = call.code.raw(child)
            elif child.type == "file_redirect":
                _redirect(call, child, expander)


def _run(call: Call) -> bool:
    """Look through the wrappers and do what the command does."""
    walk = call.walk
    words, items, at = call.words, call.items, 0
    while at < len(words):
        kind = arrival(items, at)
        if kind is not None:
            call.words = words[at:]
            call.record()
            return call.deliver(kind)
        name = value(items[at]) or ""
        if name == "exec":
            if not call.execed:
                call.words = words[at:]
                call.record()
            command = _exec(items, at)
            if command is None:
                return True
            call.wrappers.append("exec")
            call.execed, at = True, command
            continue
        if name in walk.functions and not call.execed:
            call.words = words[at:]
            call.record()
            return _function(call, name)
        found = unwrap(items, at)
        if found is None:
            break
        head, index, wrapper = found
        if call.execed and head in ("command", "builtin", "coproc"):  # no programs
            break
        call.wrappers.append(head)
        call.stays = call.stays and wrapper.stays
        at = index
        if head == "time" and call.wrappers == ["time"]:
            at = _timed(call, at)
    call.words = words[at:]
    if not call.words:
        call.record()
        return True
    name = call.name
    handler = BUILTINS.get(name) if value(call.items[0]) == name else None
    if name in SHELLS:
        call.record()
        return run_shell(call)
    if handler:
        call.record()
        return handler(call)
    call.record()
    return run_program(call)


_ASSIGNMENT = regex(r"[A-Za-z_]\w*\+?=")


def _timed(call: Call, at: int) -> int:
    """Where the command after the keyword `time` begins, past its variables, which are those of the shell where there is no command."""
    start = at
    while at < len(call.words) and _ASSIGNMENT.match(call.words[at].pattern):
        at += 1
    for word in call.words[start:] if at == len(call.words) else ():
        _give_text(word, call.state)
    return at


def _exec(items: Sequence[Item], at: int) -> int | None:
    """Where the command of an `exec` begins; None without one: then it only redirects."""
    index = at + 1
    while index < len(items) and (text := value(items[index])) is not None:
        if text == "--":
            index += 1
            break
        if text == "-a":
            index += 2
        elif re.fullmatch(r"-[cl]+", text):
            index += 1
        else:
            break
    return None if index >= len(items) or re.fullmatch(r"\{\w+\}", value(items[index]) or "") else index


def _function(call: Call, name: str) -> bool:
    walk, state, frame = call.walk, call.state, call.frame
    body, code = walk.functions[name]
    size = body.end_byte - body.start_byte if name in walk.called else 0
    walk.called.add(name)
    if not walk.enters(size):
        state.unclear = True
        return True
    depth, walk.depth = walk.depth, walk.depth + 1
    saved, state.params = state.params, few(call.items[1:])
    before = state.variables
    frame.returns.append([])
    walk.local.append(set())
    falls = walk.run(body, code, state, frame, call.context._replace(function=name))
    outcomes = ([state.copy()] if falls else []) + frame.returns.pop()
    falls = walk.branches(state, outcomes)
    state.params = saved
    state.variables = state.variables.having((one, before.get(one)) for one in walk.local.pop())
    walk.depth = depth
    return falls


# -- branches: `if`, `case` and loops of a shell script, walked on every path that is possible.


def run_if(walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
    outcomes: list[State] = []
    clauses: list[Node] = [node, *(child for child in node.children if child.type == "elif_clause")]
    clauses += [child for child in node.children if child.type == "else_clause"]
    inside = context._replace(conditional=True)
    for clause in clauses:
        condition, body = _parts(clause)
        known: bool | None = True
        for one in condition:
            known = truth(one, Expander(code, state.variables, state.params))
            if not walk.run(one, code, state, frame, context._replace(condition=True)):
                return walk.branches(state, outcomes)
        other = state.copy()
        here = context if known and clause is node else inside
        if known is False:
            here = inside._replace(reachable=False)
            _block_quietly(walk, body, code, other, here)
            continue
        if _block(walk, body, code, other, frame, here):
            outcomes.append(other)
        if known:
            break
    else:
        outcomes.append(state.copy())
    return walk.branches(state, outcomes)


def run_case(walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
    subject = node.child_by_field_name("value")
    walk.substitutions([subject] if subject else [], code, state, context)
    expander = Expander(code, state.variables, state.params)
    word = expander.word(subject) if subject else None
    text = word.value or program(word.items) if word else None
    outcomes: list[State] = []
    asking: State | None = state.copy()  # on the paths that come to the next pattern
    fallen: State | None = None  # on those that `;&` leads to the next body
    inside = context._replace(conditional=True)
    for item in (child for child in node.children if child.type == "case_item"):
        words = [expander.word(one) for one in item.children_by_field_name("value")]
        found = [_matches(text, one) for one in words]
        if word and is_count(word.raw) and all(is_number(one.pattern) for one in words):
            found = [counted(state.params, "-eq", number(one.pattern)) for one in words]
        matches = combined(found, "||")
        values = {one.id for one in item.children_by_field_name("value")}
        body = [child for child in item.named_children if child.id not in values]
        other = state.copy()
        entered = [one for one in (fallen, None if matches is False else asking) if one]
        fallen, asking = None, None if matches else asking
        if not walk.branches(other, entered):
            _block_quietly(walk, body, code, other, inside._replace(reachable=False))
        elif _block(walk, body, code, other, frame, inside):
            match item.children[-1].type:
                case ";&":
                    fallen = other
                case ";;&":
                    if asking:
                        other.merge(asking)
                    asking = other
                case _:
                    outcomes.append(other)
    return walk.branches(state, outcomes + ([asking] if asking else []))


def _matches(text: str | None, word: Word) -> bool | None:
    """Whether a text is what a pattern of `case` asks for; None when that is not known."""
    if word.raw == "*":
        return True
    if text is None or "\0" in word.pattern:
        return None
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"|\\.", "", word.raw)
    signs = sum(map(unquoted.count, "*?["))
    if not signs:
        return text == word.pattern
    from fnmatch import fnmatchcase

    return fnmatchcase(text, word.pattern) if signs == sum(map(word.pattern.count, "*?[")) else None


def _given(arithmetic: str) -> Iterator[str]:
    """The variables that an arithmetic expression gives a value."""
    name = r"([A-Za-z_]\w*)"
    for found in re.finditer(rf"{name}\s*(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))|(?:\+\+|--)\s*{name}", arithmetic):
        yield found[1] or found[2]


def run_loop(walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
    body = node.child_by_field_name("body")
    conditions = node.children_by_field_name("condition") if node.type == "while_statement" else []
    conditions = [one for one in conditions if one.is_named]
    wanted = node.children[0].type != "until"
    forever = certain = False
    for one in conditions:
        forever = truth(one, Expander(code, state.variables, state.params)) is wanted
        if not walk.run(one, code, state, frame, context._replace(condition=True)):
            return False
    if node.type == "for_statement":
        expander = Expander(code, state.variables, state.params)
        variable = node.child_by_field_name("variable")
        items = [item for one in node.children_by_field_name("value") for item in expander.items(one)]
        certain = bool(items) and all(value(item) is not None for item in items)
        if variable:
            name = str(code.raw(variable))
            state.set(name, items[0].pieces if len(items) == 1 and isinstance(items[0], Field) else (Hole(f"${name}"),))
        walk.substitutions(node.children_by_field_name("value"), code, state, context)
    elif node.type == "c_style_for_statement":
        state.forget(_given(code.string(node.start_byte, body.start_byte if body else node.end_byte)))
    loop = Loop([], [])
    frame.loops.append(loop)
    other = state.copy()
    falls = body is None or walk.run(
        body, code, other, frame, context._replace(loop=True, conditional=context.conditional or not certain)
    )
    frame.loops.pop()
    falls = walk.branches(other, ([other.copy()] if falls else []) + loop.continues)
    if forever and falls:  # still, after the first round
        again = truth(conditions[-1], Expander(code, other.variables, other.params))
        forever = again is wanted and other.params == state.params
        certain = not forever
    if forever:
        if falls and not loop.breaks:  # it runs for ever
            walk.end(other, frame, code.place(node.start_byte, node.end_byte), program="endless loop")
        return walk.branches(state, loop.breaks)
    outcomes = ([] if certain else [state.copy()]) + ([other] if falls else []) + loop.breaks
    return walk.branches(state, outcomes)


def _block(walk: Walk, nodes: Sequence[Node], code: Code, state: State, frame: Frame, context: Context) -> bool:
    falls = True
    for node in nodes:
        following = node.next_sibling
        if not falls:
            walk._quietly(node, code, state.copy(), context._replace(reachable=False))
        elif following is not None and following.type == "&":
            walk.background(node, code, state, context)
        else:
            falls = walk.run(node, code, state, frame, context)
    return falls


def _block_quietly(walk: Walk, nodes: Sequence[Node], code: Code, state: State, context: Context) -> None:
    for node in nodes:
        walk._quietly(node, code, state.copy(), context)


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


def is_last(node: Node) -> bool:
    """Whether nothing of the script follows a statement on its path."""
    while node.parent is not None:
        parent = node.parent
        if parent.type in ("while_statement", "for_statement", "c_style_for_statement", "negated_command", "pipeline"):
            return False
        if parent.type == "function_definition":
            return False
        if parent.type == "if_statement" or parent.type == "elif_clause":
            sibling = node.next_sibling
            while sibling is not None and sibling.type not in ("then", "elif_clause", "else_clause", "fi"):
                if sibling.is_named and sibling.type != "comment":
                    return False
                sibling = sibling.next_sibling
            if sibling is not None and sibling.type == "then":
                return False
        elif parent.type != "case_statement":
            sibling = node.next_sibling
            while sibling is not None:
                if sibling.type in ("&&", "||", "&"):
                    return False
                if (
                    sibling.is_named
                    and sibling.type not in ("comment", "function_definition")
                    and "redirect" not in sibling.type
                    and parent.type != "case_statement"
                ):
                    return False
                sibling = sibling.next_sibling
        node = parent
    return True


# -- walk: follows a shell script as the shell would, over every path: which commands run, in what state, and whether the given command arrives.


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
        self.local: list[set[str]] = []
        """For each function that runs, the variables of its own."""
        self._seen: dict[tuple[str, int, int, int, Place], int] = {}

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
        """Keep a command, once for each place: as it is where it first runs."""
        full = (command.place.path, *key, command.place)
        index = self._seen.get(full)
        if index is not None and command.runs and not self.commands[index].runs:
            self.commands[index] = command
        elif index is None and command.words:
            self._seen[full] = len(self.commands)
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
        state.unclear = state.unclear or other.unclear
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
                if body and name and (context.reachable or code.raw(name) not in self.functions):
                    self.functions[code.raw(name)] = (body, code)
                return True
            case "negated_command":
                for child in node.named_children:
                    return self.run(child, code, state, frame, context._replace(condition=True))
                return True
            case "variable_assignment" | "variable_assignments" | "declaration_command":
                self._assign(node, code, state, context)
                return True
            case "unset_command":
                names = [code.raw(child) for child in node.children if child.type == "variable_name"]
                if any(child.type == "word" and str(code.raw(child)) == "-f" for child in node.children):
                    for function in names if context.reachable else ():
                        self.functions.pop(function, None)
                else:
                    state.variables = state.variables.having((str(one), None) for one in names)
                return True
            case "test_command":
                self.substitutions(node.children, code, state, context)
                return True
            case "compound_statement" if node.children and node.children[0].type == "((":
                self.substitutions(node.children, code, state, context)
                state.forget(_given(code.string(node.start_byte, node.end_byte)))
                return True
            case _:
                return self.sequence(node, code, state, frame, context)

    def _redirected(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        body = node.child_by_field_name("body")
        redirects = node.children_by_field_name("redirect")
        for one in redirects:
            self.substitutions(one.children, code, state, context)
        if body is None:
            return True
        first, rest = _chain(body)
        head = rest[-1][1] if rest else first
        piped, after = _behind(redirects)

        def run(part: Node, state: State, context: Context) -> bool:
            if part is not head:
                return self.run(part, code, state, frame, context)
            if piped:
                return self._pipeline([head, *piped], code, state, context, redirects)
            if head.type == "command":
                return self._command(head, code, state, frame, context, redirects)
            if head.type == "pipeline" and head.named_child_count:  # `a | b 2>&1`: the redirection is that of the last
                parts = [child for child in head.children if child.is_named and child.type != "comment"]
                return self._pipeline(parts, code, state, context, redirects)
            return self.run(head, code, state, frame, context)

        if not rest and not after:
            return run(first, state, context)
        asked = {id(head): piped[-1]} if piped else {}
        return self._chained(first, [*rest, *after], code, state, context, run, asked)

    def _list(self, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
        """`a && b`, `a || b`, and as many more as follow: the grammar nests them to the left."""
        first, rest = _chain(node)
        if not rest:
            return self.sequence(first, code, state, frame, context)

        def run(part: Node, state: State, context: Context) -> bool:
            return self.run(part, code, state, frame, context)

        return self._chained(first, rest, code, state, context, run, {})

    def _chained(
        self,
        first: Node,
        rest: Sequence[tuple[str, Node]],
        code: Code,
        state: State,
        context: Context,
        run: Callable[[Node, State, Context], bool],
        asked: Mapping[int, Node],
    ) -> bool:
        """The parts of a list; `asked` are those that something else answers for: the last of a pipeline."""
        known, asks, falls = None, False, True
        after = _alternatives([sign for sign, _ in rest])
        for index, (sign, part) in enumerate([("", first), *rest]):
            seen = asked.get(id(part), part)
            holds = truth(seen, Expander(code, state.variables, state.params))
            here = context._replace(
                condition=context.condition or after[index], chained=context.chained or index < len(rest)
            )
            if not index:
                falls = run(part, state, here)
            elif not falls or known is (sign == "||"):
                self._quietly(part, code, state.copy(), here._replace(reachable=False))
            elif known is not None or (sign == "&&" and not asks):
                falls = run(part, state, here)
            else:
                other = state.copy()
                if run(part, other, here._replace(conditional=True)):
                    state.merge(other)
            known, asks = combined([known, holds], sign) if index else holds, asks or is_test(seen)
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
        self.substitutions(node.children, code, state, context)
        if node.type == "declaration_command":
            self._declare(node, code, state)
            return
        for one in [node] if node.type == "variable_assignment" else node.named_children:
            self._give(one, code, state, Expander(code, state.variables, state.params))

    def _declare(self, node: Node, code: Code, state: State) -> None:
        """`export A=1`, `local "A=$B"`: all words are read before a variable gets its value."""
        expander = Expander(code, state.variables, state.params)
        options = [
            code.string(child.start_byte, child.end_byte) for child in node.named_children if child.type == "word"
        ]
        own = bool(self.local) and node.children[0].type in ("local", "declare", "typeset") and "-g" not in options
        for one in node.named_children:
            match one.type:
                case "variable_assignment":
                    name = self._give(one, code, state, expander)
                case "variable_name":
                    name = code.string(one.start_byte, one.end_byte)
                    if own:
                        state.variables = state.variables.having([(name, None)])
                case "string" | "raw_string" | "concatenation":
                    name = _give_text(expander.word(one), state)
                case _:
                    continue
            if own:
                self.local[-1].add(name)
            if any(re.match(r"-[a-zA-Z]*[ilnu]", option) for option in options):  # what it is given is not what it gets
                state.forget([name])

    def _give(self, one: Node, code: Code, state: State, expander: Expander) -> str:
        """Give the variable of an assignment its value; returns its name."""
        name, given = one.child_by_field_name("name"), one.child_by_field_name("value")
        key = str(code.raw(name)).partition("[")[0] if name else ""
        if name is None or name.type != "variable_name" or any(child.type == "+=" for child in one.children):
            state.forget([key])
        elif given is not None and given.type == "array":
            items = [item for child in given.named_children for item in expander.items(child)]
            state.set(key, Values(tuple(items)))
        else:
            state.set(key, expander.scalar(given))
        return key

    def substitutions(self, nodes: Iterable[Node], code: Code, state: State, context: Context) -> None:
        """Run the `$(...)` and `<(...)` in the words of a statement."""
        for child in nodes:
            if child.type in ("command_substitution", "process_substitution"):
                self._process(child, code, state, context._replace(substitution=True, whole=False))
            elif child.child_count:
                self.substitutions(child.children, code, state, context)

    # -- commands

    def _command(
        self, node: Node, code: Code, state: State, frame: Frame, context: Context, redirects: Sequence[Node]
    ) -> bool:

        return run_command(self, node, code, state, frame, context, redirects)


def _give_text(word: Word, state: State) -> str:
    """Give the variable of a text such as `"A=$B"` its value; returns its name."""
    first = word.items[0] if word.items else ANY
    pieces = first.pieces if isinstance(first, Field) else ()
    found = re.match(r"([A-Za-z_]\w*)=", pieces[0]) if pieces and isinstance(pieces[0], str) else None
    if found is None:
        return ""
    state.set(found[1], (found.string[found.end() :], *pieces[1:]))
    return found[1]


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


def _behind(redirects: Iterable[Node]) -> tuple[list[Node], list[tuple[str, Node]]]:
    """What stands behind a here-document in its line: the parts of a pipeline, and those of a list with the signs before them."""
    piped: list[Node] = []
    after: list[tuple[str, Node]] = []
    for one in redirects:
        for child in one.children:
            if child.type == "pipeline" and one.child_by_field_name("right") != child:
                for part in child.named_children:
                    first, rest = _chain(part)
                    piped.append(first)
                    after += rest
        sign, right = one.child_by_field_name("operator"), one.child_by_field_name("right")
        if sign and right:
            first, rest = _chain(right)
            after += [(sign.type, first), *rest]
    return piped, after


def _alternatives(signs: list[str]) -> list[bool]:
    """For each part of a list: True when `||` follows it somewhere."""
    found = [False]
    for sign in reversed(signs):
        found.append(found[-1] or sign == "||")
    return found[::-1]
