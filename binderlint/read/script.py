"""Scripts: the first line of `start` and `postBuild`, and shell code read as a syntax tree, with places for everything."""

from __future__ import annotations

import re
from functools import cached_property

from binderlint.read.scope import Scope
from binderlint.read.shebang import Shebang, shebang
from binderlint.read.shell.commands import UNKNOWN, Arrival, Command, Context, Kind, Redirect, Rest, Variables, Word
from binderlint.source import Place, Source, Text
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

    from binderlint.read.shell.bashisms import Bashism
    from binderlint.read.shell.closing import Closing
    from binderlint.read.shell.machine import Load, Walk
    from binderlint.read.shell.syntax import Code


# What a script of a repo2docker image finds set (repo2docker/buildpacks/base.py, conda/__init__.py); $HOME is the repository.
BINDER_VARIABLES = {
    "HOME": "/home/jovyan",
    "PWD": "/home/jovyan",
    "REPO_DIR": "/home/jovyan",
    "USER": "jovyan",
    "NB_USER": "jovyan",
    "NB_UID": "1000",
    "CONDA_DIR": "/srv/conda",
    "NB_PYTHON_PREFIX": "/srv/conda/envs/notebook",
}


class Statement(NamedTuple):
    """A top-level statement: its place, the grammar's name for it, the commands in it, and whether it ends in `&`."""

    place: Place
    kind: str
    commands: tuple[Command, ...]
    background: bool


class Shell:
    """Shell code: its syntax tree, its commands in the order of running, and what becomes of the command it is given."""

    def __init__(self, code: Code, root: Node, walk: Walk) -> None:
        self.code = code
        self.root = root
        self._walk = walk

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Every command, also those that never run (`Command.runs`)."""
        return tuple(self._walk.commands)

    @property
    def broken(self) -> bool:
        """Whether a part of it was not understood: then judge only what is certain."""
        return self._walk.broken or self.root.has_error

    @cached_property
    def arrivals(self) -> tuple[Arrival, ...]:
        """What becomes of the arguments (the container's command) on each path that matters."""
        return tuple(dict.fromkeys(self._walk.arrivals))

    @property
    def arrival(self) -> Kind:
        """The worst of `arrivals`; UNKNOWN where some of the code was not understood."""
        kinds = {one.kind for one in self.arrivals}
        for kind in (Kind.NEVER, Kind.BACKGROUND, Kind.SPLIT, Kind.UNKNOWN, Kind.PLAIN, Kind.EXEC):
            if kind in kinds:
                return Kind.UNKNOWN if self.broken and kind is not Kind.EXEC else kind
        return Kind.UNKNOWN

    @property
    def folder(self) -> str | None:
        """The folder that it ends in, from the repository's root; None when that is not known or its end is never reached."""
        return self._walk.final.cwd if self._walk.final else None

    def decides(self, command: Command) -> bool:
        """Whether the code fails when this command does: it runs under `set -e`, or it is the last one, or nothing but what `&&` leads to follows."""
        if command.ignored:
            return False
        last = self.statements[-1] if self.statements else None
        context = command.context
        chained = context.chained and not (context.subshell or context.nested or context.function)
        return command.errexit or bool(
            last and (last.commands[-1:] == (command,) or (chained and last.place == context.statement))
        )

    @cached_property
    def closing(self) -> Closing | None:
        """The `condition && command` that it ends with, where its end is reached."""
        from binderlint.read.shell.closing import closing

        return closing(self.root, self.code, self._walk.final) if self._walk.final else None

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The top-level statements, in order."""
        own: dict[Place, list[Command]] = {}
        for one in self.commands:
            own.setdefault(one.context.statement, []).append(one)
        found: list[Statement] = []
        children = self.root.children
        for child, sign in zip(children, [*children[1:], None][: len(children)], strict=True):
            if child.is_named and child.type != "comment":
                place = self.code.place(child.start_byte, child.end_byte)
                background = sign is not None and sign.type == "&"
                found.append(Statement(place, child.type, tuple(own.get(place, ())), background))
        return tuple(found)

    @cached_property
    def comments(self) -> tuple[Text, ...]:
        """Every comment, `#` included."""
        found: list[Text] = []
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node.type == "comment":
                found.append(self.code.raw(node))
            stack.extend(node.children)
        return tuple(sorted(found, key=lambda text: text.place.span))

    @cached_property
    def bashisms(self) -> tuple[Bashism, ...]:
        """What dash does not understand, in the order it stands."""
        from binderlint.read.shell.bashisms import bashisms

        return tuple(bashisms(self.root, self.code))


class Script:
    """A script file: `start` or `postBuild`. `folder` is where it is started, from the repository's root."""

    def __init__(self, source: Source, load: Load | None = None, folder: str = "") -> None:
        self.source = source
        self._load = load
        self._folder = folder

    @cached_property
    def shebang(self) -> Shebang:
        return shebang(self.source)

    @property
    def reads_profile(self) -> bool:
        """Whether its first line starts a shell that reads the files of a login or of somebody at a terminal."""
        return self.shebang.argument.startswith(("-l", "-i", "--login"))

    @property
    def language(self) -> str:
        """`shell` also without a first line: that is how a shell would run it."""
        return self.shebang.language or "shell"

    @cached_property
    def shell(self) -> Shell | None:
        """Its shell code, None for a script in another language or in another encoding than UTF-8."""
        if self.language != "shell" or self.source.encoding != "utf-8" or "\0" in self.source.text:
            return None
        text = self.source.slice(int(self.source.has_bom), len(self.source.text))
        errexit = bool(re.search(r"(?:^|\s)-[a-z]*e", self.shebang.argument))
        variables: Variables = Scope((name, (value,)) for name, value in BINDER_VARIABLES.items())
        return parse_shell(text, variables=variables, load=self._load, errexit=errexit, folder=self._folder)

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands of a shell script, empty for another language."""
        return self.shell.commands if self.shell else ()

    def decides(self, command: Command) -> bool:
        """Whether the script fails when this command does (`Shell.decides`)."""
        return self.shell is not None and self.shell.decides(command)

    def covers(self, command: Command) -> bool:
        """Whether the success of this command hides a failure before it: it is the last one, and nothing stops at an error."""
        return (
            self.decides(command) and not command.errexit and self.shell is not None and len(self.shell.statements) > 1
        )

    @cached_property
    def executed(self) -> tuple[Command, ...]:
        """The commands that some path gets to, those in other scripts of the repository included."""
        return tuple(one for one in self.commands if one.runs)

    @cached_property
    def running(self) -> tuple[Command, ...]:
        """The commands that some path gets to and that stand in this file."""
        return tuple(one for one in self.commands if one.runs and one.place.path == self.source.path)


def parse_shell(
    text: Text,
    *,
    variables: Variables | None = None,
    load: Load | None = None,
    errexit: bool = False,
    folder: str = "",
) -> Shell:
    """Read shell code from any piece of text that knows its place: a file, a `RUN` line, a value in a YAML file.

    Places are exact when the text is as long as its place, that is, written there as it is (blanks may stand for what is not shell).
    `load` gives the files that the code sources or runs, by their path from the repository's root.
    """
    from binderlint.read.shell.machine import State, Walk
    from binderlint.read.shell.syntax import Code, tree

    code = Code(text)
    root = tree(code)
    state = State(Scope() if variables is None else variables, (Rest(0),))
    state.errexit, state.cwd = errexit, folder
    walk = Walk(load)
    try:
        walk.script(code, root, state)
    except RecursionError:  # nested deeper than anybody writes
        walk.broken = True
    return Shell(code, root, walk)


__all__ = [
    "UNKNOWN",
    "Arrival",
    "Command",
    "Context",
    "Kind",
    "Redirect",
    "Script",
    "Shebang",
    "Shell",
    "Statement",
    "Word",
    "parse_shell",
    "shebang",
]


HAND_OVER = 'exec "$@"'
