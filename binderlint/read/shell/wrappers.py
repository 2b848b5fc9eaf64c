"""Wrappers: commands that run the command in their arguments, and how to find it there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from binderlint.pattern import regex
from binderlint.read.shell.words import Arg, Field, Item


class Wrapper(NamedTuple):
    """How a program's own options are told from the command it runs.

    `valued` are the options that take the next word. `operands` is how many words of its own come before the command. `stays` says that
    the command takes the wrapper's place, so that `exec wrapper "$@"` is the same process as `exec "$@"`.
    """

    valued: frozenset[str] = frozenset()
    operands: int = 0
    stays: bool = False
    assignments: bool = False


def _of(valued: str = "", operands: int = 0, stays: bool = False, assignments: bool = False) -> Wrapper:
    return Wrapper(frozenset(valued.split()), operands, stays, assignments)


WRAPPERS = {
    "env": _of("-u --unset -C --chdir", stays=True, assignments=True),
    "nohup": _of(stays=True),
    "nice": _of("-n --adjustment", stays=True),
    "ionice": _of("-c -n --class --classdata", stays=True),
    "chrt": _of(operands=1, stays=True),
    "taskset": _of("-c", operands=1, stays=True),
    "stdbuf": _of("-i -o -e", stays=True),
    "setsid": _of(),
    "catchsegv": _of(),
    "tini": _of("-p -e"),
    "docker-init": _of("-p -e"),
    "dumb-init": _of("-r --rewrite"),
    "catatonit": _of(),
    "gosu": _of(operands=1, stays=True),
    "su-exec": _of(operands=1, stays=True),
    "timeout": _of("-k -s --kill-after --signal", operands=1),
    "sudo": _of("-u -g -h -p -C -T -U -D --user --group", assignments=True),
    "doas": _of("-u -C"),
    "time": _of("-f -o --format --output"),
    "command": _of(stays=True),
    "builtin": _of(stays=True),
    "coproc": _of(),
    "xvfb-run": _of("-e -f -n -p -s -w --error-file --auth-file --server-num --xauth-protocol --server-args --wait"),
    "dbus-run-session": _of("--config-file --dbus-daemon"),
    "dbus-launch": _of(),
    "ssh-agent": _of("-a -t"),
    "flock": _of("-w -E", operands=1),
    "unbuffer": _of(),
    "chronic": _of(),
    "xargs": _of("-n -I -P -L -d -a -E -s --max-args --max-procs --replace --delimiter --arg-file --max-lines"),
    "watch": _of("-n --interval"),
    "mpirun": _of("-n -np -c --host --hostfile"),
    "mpiexec": _of("-n -np -c --host --hostfile"),
}
# Programs whose first word `run` makes them wrappers.
RUNNERS = {
    name: _of(
        "-n --name -p --prefix --cwd -e --env -a --attach --python --with --group --extra --package --environment"
    )
    for name in ("conda", "mamba", "micromamba", "poetry", "pipenv", "uv", "pixi", "pdm", "hatch")
}
SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
_INTERPRETERS = regex(r"(?:python|pypy)[\d.]*")
_OPTION = regex(r"-.+")
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")


def base_name(text: str) -> str:
    """The program's name without its folder."""
    return text.rpartition("/")[2]


def value(item: Item) -> str | None:
    """The known value of an argument."""
    return item.value if isinstance(item, Field) else None


def skip_options(items: Sequence[Item], start: int, wrapper: Wrapper) -> int | None:
    """The index of the first word that belongs to the wrapped command; None when an option is not known."""
    index, operands, assigned = start, wrapper.operands, False
    while index < len(items):
        item = items[index]
        text = value(item)
        if text is None:
            if isinstance(item, Field) and operands and not any(isinstance(piece, Arg) for piece in item.pieces):
                index, operands = index + 1, operands - 1
                continue
            if (
                wrapper.assignments
                and isinstance(item, Field)
                and isinstance(item.pieces[0], str)
                and _ASSIGNMENT.match(item.pieces[0])
            ):
                index += 1
                continue
            return index
        if text == "--":
            return index + 1 + operands
        if wrapper.assignments and _ASSIGNMENT.match(text):
            index, assigned = index + 1, True
        elif assigned:
            return index
        elif _OPTION.fullmatch(text):
            index += 2 if text in wrapper.valued else 1
        elif operands:
            index, operands = index + 1, operands - 1
        else:
            return index
    return index


def unwrap(items: Sequence[Item], first: int) -> tuple[str, int, Wrapper] | None:
    """The wrapper at an index, and the index where the wrapped command begins; None when no wrapper is there."""
    head = base_name(value(items[first]) or "")
    after = (value(items[first + 1]) or "") if first + 1 < len(items) else ""
    if head == "command" and after in ("-v", "-V"):
        return None
    if head in WRAPPERS:
        wrapper = WRAPPERS[head]
        index = skip_options(items, first + 1, wrapper)
    elif head in RUNNERS and after == "run":
        head, wrapper = f"{head} run", RUNNERS[head]
        index = skip_options(items, first + 2, wrapper)
    elif _INTERPRETERS.fullmatch(head) and (at := _module(items, first)):
        head, wrapper, index = f"{head} -m", Wrapper(), at
    else:
        return None
    return (head, index, wrapper) if index is not None and index < len(items) else None


def _module(items: Sequence[Item], first: int) -> int:
    """Where the module of `python -m module` stands, 0 when it is no such command."""
    for index in range(first + 1, len(items)):
        text = value(items[index])
        if text == "-m":
            return index + 1
        if text is None or not text.startswith("-") or text in ("-c", "-"):
            return 0
    return 0
