"""Builtins: what the shell's own commands do to its state."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from binderlint.pattern import regex
from binderlint.read.digits import is_number, number
from binderlint.read.shell.call import Call, symbolic
from binderlint.read.shell.expand import dropped
from binderlint.read.shell.programs import repository_path, run_file
from binderlint.read.shell.state import Kind
from binderlint.read.shell.words import Field, Hole, few
from binderlint.read.shell.wrappers import value
from binderlint.source import Text

if TYPE_CHECKING:
    pass


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
    loop = call.frame.loops[-1]
    (loop.breaks if call.name == "break" else loop.continues).append(call.state.copy())
    return False


def _shift(call: Call) -> bool:
    count = call.words[1].value if len(call.words) > 1 else "1"
    if count is not None and is_number(count):
        call.state.params = dropped(call.state.params, number(count))
    else:
        call.state.params = (Field((Hole("$@"),)),)
    return True


def _set(call: Call) -> bool:
    index, state = 1, call.state
    while index < len(call.words):
        text = call.words[index].value
        if text == "--":
            state.params = few(call.items[index + 1 :])
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
    call.state.previous_cwd, call.state.cwd = call.state.cwd, "" if path == "." else path
    return True


def _popd(call: Call) -> bool:
    call.state.cwd = None
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
    params = few(call.items[2:]) or call.state.params
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
        return True
    if len(items) == 1:
        text = call.inside(call.words[1])
    else:
        text = Text(" ".join(one for one in known if one), call.words[1].place)
    return call.nested(text, call.state.params, "eval", False)


def _trap(call: Call) -> bool:
    if len(call.words) > 2 and call.words[1].value not in ("-", ""):
        call.state.trapped = True
    return True


def _unset(call: Call) -> bool:
    call.state.forget(word.value for word in call.words[1:] if word.value)
    return True


BUILTINS: dict[str, Callable[[Call], bool]] = {
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
