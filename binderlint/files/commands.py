"""Commands: what one command of a script does: builtins, wrappers, functions, other scripts, and the given command itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from binderlint.files.walk import MAX_DEPTH, Arrival, Command, Context, Frame, Kind, Redirect, State, Walk
from binderlint.files.words import Arg, Code, Expander, Field, Hole, Item, Joined, Rest, Split, Word, dropped
from binderlint.files.wrappers import SHELLS, base_name, unwrap, value
from binderlint.source import Text

if TYPE_CHECKING:
    from tree_sitter import Node

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
        "kill",
    ]
)
# `jupyter lab "$@"` gets the command as file names and options of its own.
_OTHER_SERVERS = re.compile(
    r"jupyter(?:-.*)?|python[\d.]*|ipython|R|Rscript|julia|voila|streamlit|marimo|node|java|cat|echo|printf"
)
# Files that set an environment up and end nothing.
_SETUP_FILES = re.compile(
    r"(?:.*/)?(?:conda\.sh|mamba\.sh|activate|\.?env|\.env.*|\.envrc|\.bash.*|\.profile|setup\.bash|.*thisroot\.sh|nvm\.sh)"
)


class _Call:
    """One command while it is being looked at."""

    def __init__(self, walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> None:
        self.walk, self.node, self.code = walk, node, code
        self.state, self.frame, self.context = state, frame, context
        self.words: list[Word] = []
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
            ),
            (self.node.start_byte, self.node.end_byte, len(self.wrappers)),
        )

    # -- the given command

    def deliver(self, kind: Kind) -> bool:
        """The given command is run here."""
        if kind is Kind.EXEC and not (self.execed and self.stays and self.frame.main):
            kind = Kind.PLAIN
        argument = next((word for word in self.words if _symbolic(word.items[0])), self.words[0])
        place = self.code.place(self.node.start_byte, self.node.end_byte)
        nested = bool(self.context.nested) or self.context.function is not None
        sole = sum(_symbolic(word.items[0]) for word in self.words) == 1 and self.state.params == (Rest(0),)
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

    def nested(self, text: Text, params: tuple[Item, ...], label: str, own_process: bool) -> bool:
        """Run a text as shell code, in this process or in one of its own."""
        from binderlint.files.script import tree

        walk = self.walk
        if walk.depth >= MAX_DEPTH:
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
            if walk.sequence(root, code, other, frame, context):
                frame.ends.append(other)
            ends = {end.arrived for end in frame.ends}
            if self.state.arrived is not True:
                self.state.arrived = ends.pop() if len(ends) == 1 else None
            self.state.unclear = self.state.unclear or any(end.unclear for end in frame.ends)
            falls = True
        else:
            saved, self.state.params = self.state.params, params
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
    call = _Call(walk, node, code, state, frame, context)
    call.stays = walk.stays
    walk.substitutions(node, code, state, context)
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
            word = expander.word(child)
            call.words += [Word(word.raw, (item,)) for item in word.items]
    for one in (*redirects, *(child for child in node.children if "redirect" in child.type)):
        _redirect(call, one, expander)
    if state.pending and call.name not in ("echo", "wait", "printf", "exit", "true", ":"):
        state.unclear = True
    return _run(call)


def _redirect(call: _Call, node: Node, expander: Expander) -> None:
    if node.type == "file_redirect":
        target = node.child_by_field_name("destination")
        operator = "".join(
            call.code.string(child.start_byte, child.end_byte) for child in node.children if child != target
        )
        call.redirects.append(Redirect(operator, expander.word(target) if target else None))
    elif node.type == "herestring_redirect" and node.named_children:
        call.input = call.inside(expander.word(node.named_children[-1]))
    elif node.type == "heredoc_redirect":
        for child in node.children:
            if child.type == "heredoc_body":
                call.input = call.code.raw(child)
            elif child.type == "file_redirect":
                _redirect(call, child, expander)


def _run(call: _Call) -> bool:
    """Look through the wrappers and do what the command does."""
    walk = call.walk
    while call.words:
        items = call.items
        kind = arrival(items)
        if kind is not None:
            call.record()
            return call.deliver(kind)
        name = value(items[0]) or ""
        if name == "exec":
            call.record()
            if not _exec(call):
                return True
            continue
        if name in walk.functions and not call.execed:
            call.record()
            return _function(call, name)
        found = unwrap(items)
        if found is None:
            break
        head, index, wrapper = found
        call.wrappers.append(head)
        call.stays = call.stays and wrapper.stays
        call.words = call.words[index:]
    if not call.words:
        call.record()
        return True
    name = call.name
    handler = _BUILTINS.get(name) if value(call.items[0]) == name else None
    if name in SHELLS:
        call.record()
        return _shell(call)
    if handler:
        call.record()
        return handler(call)
    call.record()
    return _program(call)


def arrival(items: Sequence[Item]) -> Kind | None:
    """What becomes of the given command where these arguments are run as one; None when another program is run."""
    match items[0]:
        case Rest(0):
            return Kind.EXEC
        case Rest() | Split():
            return Kind.SPLIT
        case Field((Arg(0),)):
            for position, item in enumerate(items):
                match item:
                    case Rest(start) if start == position:
                        return Kind.EXEC
                    case Field((Arg(index),)) if index == position:
                        continue
                break
            return Kind.SPLIT
        case Field(pieces) if any(isinstance(piece, Joined) for piece in pieces):
            return Kind.SPLIT
    return None


def _symbolic(item: Item) -> bool:
    return isinstance(item, (Rest, Split)) or any(isinstance(piece, (Arg, Joined)) for piece in item.pieces)


def _exec(call: _Call) -> bool:
    """`exec`: without a command it only redirects; returns whether there is one."""
    index = 1
    while index < len(call.words) and (text := value(call.items[index])) is not None:
        if text == "--":
            index += 1
            break
        if text == "-a":
            index += 2
        elif re.fullmatch(r"-[cl]+", text):
            index += 1
        else:
            break
    if index >= len(call.words) or re.fullmatch(r"\{\w+\}", call.words[index].value or ""):
        return False
    call.wrappers.append("exec")
    call.words = call.words[index:]
    call.execed = True
    return True


def _function(call: _Call, name: str) -> bool:
    walk, state, frame = call.walk, call.state, call.frame
    body, code = walk.functions[name]
    walk.called.add(name)
    if walk.depth >= MAX_DEPTH:
        state.unclear = True
        return True
    walk.depth += 1
    saved, state.params = state.params, tuple(call.items[1:])
    frame.returns.append([])
    falls = walk.run(body, code, state, frame, call.context._replace(function=name, whole=False))
    outcomes = ([state.copy()] if falls else []) + frame.returns.pop()
    falls = walk.branches(state, outcomes)
    state.params = saved
    walk.depth -= 1
    return falls


def _shell(call: _Call) -> bool:
    """`bash -c '...'`, `bash script`, `bash <<EOF`."""
    items, index, errexit, code_next = call.items, 1, False, False
    while index < len(items) and (text := value(items[index])) is not None and text[:1] in "-+" and text:
        if text == "--":
            index += 1
            break
        if not text.startswith("--"):
            errexit = errexit or "e" in text[1:]
            code_next = code_next or "c" in text[1:]
            index += "o" in text[1:]
        elif text in ("--rcfile", "--init-file"):
            index += 1
        index += 1
    if index >= len(items):
        if call.input is not None:
            call.nested(call.input, (), f"{call.name} <<", True)
        return call.end(call.name) if call.execed else True
    head, rest = items[index], tuple(items[index + 1 :])
    if not code_next:
        if _symbolic(head):
            return _swallowed(call)
        return _file(call, call.words[index], rest, True)
    if call.words[index].value is not None:
        return call.nested(
            call.inside(call.words[index]),
            rest[1:] if not _many(rest[:1]) else dropped(rest, 1),
            f"{call.name} -c",
            True,
        )
    if _symbolic(head):
        return call.deliver(Kind.SPLIT)
    return _program(call)


def _many(items: Sequence[Item]) -> bool:
    return bool(items) and isinstance(items[0], (Rest, Split))


def _file(call: _Call, word: Word, params: tuple[Item, ...], own_process: bool) -> bool:
    """Another script: followed when it is a shell script of the repository."""
    from binderlint.files.script import shebang

    path = repository_path(word.pattern, call.state.cwd)
    source = call.walk.load(path) if path and call.walk.load else None
    if source is None or source.path in call.walk.open or not own_shell(shebang(source).language, call.name):
        return _program(call)
    call.walk.open.add(source.path)
    falls = call.nested(source.slice(int(source.has_bom), len(source.text)), params, source.path, own_process)
    call.walk.open.discard(source.path)
    return falls


def own_shell(language: str, runner: str) -> bool:
    """Whether a file is shell code, by its first line or because a shell is told to run it."""
    return language == "shell" or (not language and runner in (*SHELLS, "source", "."))


def repository_path(text: str, cwd: str | None) -> str | None:
    """A path of a script as one from the repository's root (which is /home/jovyan), None when it is not in there or not known."""
    if "\0" in text or not text:
        return None
    if text.startswith("/"):
        inside = re.fullmatch(r"/home/jovyan(?:/(.*))?", text)
        return posixpath.normpath(inside.group(1) or ".") if inside else None
    if cwd is None:
        return None
    path = posixpath.normpath(posixpath.join(cwd, text))
    return None if path.startswith("..") else path


def _swallowed(call: _Call) -> bool:
    """The given command is handed to a program that is not a wrapper."""
    return call.end(call.name) if call.execed else True


def _program(call: _Call) -> bool:
    """A program, of the repository or not."""
    given = [item for item in call.items[1:] if _symbolic(item)]
    if "/" in call.words[0].pattern and "\0" not in call.words[0].pattern and call.name not in SHELLS:
        path = repository_path(call.words[0].pattern, call.state.cwd)
        source = call.walk.load(path) if path and call.walk.load else None
        if source is not None and source.path not in call.walk.open:
            return _file(call, call.words[0], tuple(call.items[1:]), True) if _is_shell(source) else _other(call, given)
    return _other(call, given)


def _is_shell(source: object) -> bool:
    from binderlint.files.script import shebang
    from binderlint.source import Source

    return isinstance(source, Source) and shebang(source).language == "shell"


def _other(call: _Call, given: list[Item]) -> bool:
    known = bool(call.name) and (bool(_OTHER_SERVERS.fullmatch(call.name)) or call.name in _HARMLESS)
    if given and not known:
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


# -- builtins


def _exit(call: _Call) -> bool:
    status = call.words[1].value if len(call.words) > 1 else "0"
    if status != "0" and (call.context.conditional or call.context.condition):
        return False  # given up on purpose: something went wrong
    return call.end()


def _return(call: _Call) -> bool:
    if not call.frame.returns:
        return True
    call.frame.returns[-1].append(call.state.copy())
    return False


def _break(call: _Call) -> bool:
    if not call.frame.loops:
        return True
    loop = call.frame.loops[-1]
    (loop.breaks if call.name == "break" else loop.continues).append(call.state.copy())
    return False


def _shift(call: _Call) -> bool:
    count = call.words[1].value if len(call.words) > 1 else "1"
    if count is not None and count.isdigit():
        call.state.params = dropped(call.state.params, int(count))
    else:
        call.state.params = (Field((Hole("$@"),)),)
    return True


def _set(call: _Call) -> bool:
    index, state = 1, call.state
    while index < len(call.words):
        text = call.words[index].value
        if text == "--":
            state.params = tuple(call.items[index + 1 :])
            return True
        if text is None or not re.fullmatch(r"[-+][A-Za-z]+", text):
            state.params = tuple(call.items[index:])
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


def _cd(call: _Call) -> bool:
    targets = [word for word in call.words[1:] if not re.fullmatch(r"-[LPe@]+|--", word.value or "")]
    text = targets[0].pattern if targets else "/home/jovyan"
    path = repository_path(text, call.state.cwd) if text != "-" else None
    call.state.cwd = "" if path == "." else path
    return True


def _popd(call: _Call) -> bool:
    call.state.cwd = None
    return True


def _wait(call: _Call) -> bool:
    pending = call.state.pending
    if pending and call.state.arrived is not True:
        call.walk.arrivals.append(pending._replace(kind=Kind.PLAIN))
        call.state.arrived = True
    return True


def _source(call: _Call) -> bool:
    if len(call.words) < 2:
        return True
    params = tuple(call.items[2:]) or call.state.params
    path = repository_path(call.words[1].pattern, call.state.cwd)
    if path and call.walk.load and (found := call.walk.load(path)) and found.path not in call.walk.open:
        return _file(call, call.words[1], params, False)
    if not _SETUP_FILES.fullmatch(call.words[1].pattern):
        call.state.unclear = True
    return True


def _eval(call: _Call) -> bool:
    items = call.items[1:]
    if any(_symbolic(item) for item in items):
        return call.deliver(Kind.SPLIT)
    known = [value(item) for item in items]
    if not items or None in known:
        return True
    if len(items) == 1:
        text = call.inside(call.words[1])
    else:
        text = Text(" ".join(one for one in known if one), call.words[1].place)
    return call.nested(text, call.state.params, "eval", False)


def _trap(call: _Call) -> bool:
    if len(call.words) > 2 and call.words[1].value not in ("-", ""):
        call.state.trapped = True
    return True


def _unset(call: _Call) -> bool:
    for word in call.words[1:]:
        if word.value:
            call.state.variables[word.value] = (Hole(f"${word.value}"),)
    return True


_BUILTINS = {
    "exit": _exit,
    "return": _return,
    "break": _break,
    "continue": _break,
    "shift": _shift,
    "set": _set,
    "cd": _cd,
    "pushd": _cd,
    "popd": _popd,
    "wait": _wait,
    "fg": _wait,
    "source": _source,
    ".": _source,
    "eval": _eval,
    "trap": _trap,
    "read": _unset,
    "mapfile": _unset,
}


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
