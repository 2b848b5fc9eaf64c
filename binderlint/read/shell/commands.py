"""Commands: what is found in shell code: words, commands, and what becomes of the command that a script is given. How it is found is in `machine`, which only scripts need."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from binderlint.read.scope import LONGEST, Scope
from binderlint.source import Place, Text
from binderlint.values import Enum, NamedTuple

COPIES = ("cp", "mv", "install", "ln", "rsync")
"""Programs that put a copy of a file in another place."""


# -- words: what is known of their values, with quoting, variables and the arguments of the script

MOST = 500
"""The pieces of a value, or the arguments of a script, above which they count as not known."""
LEAST = 3
"""The arguments that there are at least: the container's command is a program and at least `--ip` and `--port` (BinderHub's singleuser.cmd)."""
UNKNOWN = "\0"
"""What stands in `Word.pattern` for a part whose value is not known."""


class Hole(NamedTuple):
    """A piece whose value is not known before the script runs: `$(...)`, a variable that was never given a value."""

    raw: str


class Arg(NamedTuple):
    """One argument of the script: 0 is `$1`."""

    number: int


class Joined(NamedTuple):
    """Several arguments of the script glued to one text, as in `"$*"` or `command="$@"`."""

    start: int


Piece = str | Hole | Arg | Joined
Scalar = tuple[Piece, ...]


class Field(NamedTuple):
    """One argument that a command gets."""

    pieces: Scalar

    @property
    def value(self) -> str | None:
        return "".join(map(str, self.pieces)) if all(isinstance(piece, str) for piece in self.pieces) else None


ANY = Field((Hole("$@"),))
"""Arguments of which nothing is known, not even how many they are."""


class Rest(NamedTuple):
    """All arguments of the script from one on, each as it was given: `"$@"`, `"${@:2}"`."""

    start: int


class Split(NamedTuple):
    """Arguments of the script split again at white space: `$@`, `$*`."""

    start: int


Item = Field | Rest | Split


def is_something(piece: Piece) -> bool:
    """Whether a piece is certain not to be empty, as the container's arguments are that there are."""
    match piece:
        case Arg(number) | Joined(number):
            return number < LEAST
    return isinstance(piece, str) and piece != ""


class Values(NamedTuple):
    """The value of an array variable."""

    items: tuple[Item, ...]


Variables = Scope["Scalar | Values | None"]
"""What is known of the variables; None for one that is not set."""


def is_short(value: Scalar | Values) -> bool:
    """Whether a value is short enough to be followed."""
    pieces = value.items if isinstance(value, Values) else value
    return len(pieces) <= MOST and sum(len(piece) for piece in pieces if isinstance(piece, str)) <= LONGEST


def few(items: Iterable[Item]) -> tuple[Item, ...]:
    """Arguments, as one that is not known where there are too many of them."""
    known = tuple(items)
    return known if len(known) <= MOST else (ANY,)


class Word(NamedTuple):
    """A word as it was written and the arguments it becomes."""

    raw: Text
    items: tuple[Item, ...]

    @property
    def place(self) -> Place:
        return self.raw.place

    @property
    def value(self) -> str | None:
        """The argument, None unless it is one and all of it is known."""
        match self.items:
            case (Field() as field,):
                return field.value
        return None

    @property
    def pattern(self) -> str:
        """The arguments with `UNKNOWN` for every part that is not known."""
        return " ".join(
            "".join(piece if isinstance(piece, str) else UNKNOWN for piece in item.pieces)
            if isinstance(item, Field)
            else UNKNOWN
            for item in self.items
        )

    @property
    def quoted(self) -> bool:
        """Whether it begins with a quote."""
        return self.raw[:1] in ("'", '"')


def repository_path(text: str, cwd: str | None) -> str | None:
    """A path of a script as one from the repository's root (which is /home/jovyan), None when it is not in there or not known."""
    if UNKNOWN in text or not text:
        return None
    if text.startswith("/"):
        inside = re.fullmatch(r"/home/jovyan(?:/(.*))?", text)
        return posixpath.normpath(inside.group(1) or ".") if inside else None
    if cwd is None:
        return None
    path = posixpath.normpath(posixpath.join(cwd, text))
    return None if path.startswith("..") else path


# -- commands


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
    chained: bool = False
    """`&&` follows, so `set -e` ends nothing where it fails; the rest of its list does not run."""
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
    variables: tuple[tuple[str, str], ...]
    """Variables given in front of it."""
    written: tuple[Word, ...]
    """All its words, the wrappers included."""
    alone: Place | None
    """The command with its redirections, where it is a statement of its own: not in a list, a pipeline or with a heredoc."""
    after: bool
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
