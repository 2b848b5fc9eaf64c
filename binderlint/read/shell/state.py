"""State: what is known at one point of a shell script, and what a walk through it finds: commands, and what becomes of the given command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum
from typing import NamedTuple

from binderlint.read.shell.words import Field, Hole, Item, Scalar, Values, Variables, Word, is_short
from binderlint.source import Place, Source, Text

Load = Callable[[str], "Source | None"]
MAX_DEPTH = 12
MAX_CALLS = 2000
MAX_FOLLOWED = 500_000  # bytes of code in functions that run again, and in texts that run as code


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
    written: tuple[Word, ...] = ()
    """All its words, the wrappers included."""
    alone: Place | None = None
    """The command with its redirections, where it is a statement of its own: not in a list, a pipeline or with a heredoc."""
    after: bool = False
    """The given command has run, or was started, before it."""

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
    head: Place | None = None
    """The first word of the command, before which `exec` would stand."""
    waited: bool = False
    """It was put into the background, and the script waits for it."""
    stays: bool = False
    """Written with `exec` it would run in the script's own process."""


class State:
    """What is known at one point of the script."""

    def __init__(self, variables: Variables, params: tuple[Item, ...]) -> None:
        self.variables = variables
        self.params = params
        self.errexit = False
        self.pipefail = False
        self.cwd: str | None = ""
        self.previous_cwd: str | None = None
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
