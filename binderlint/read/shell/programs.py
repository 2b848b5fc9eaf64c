"""Programs: shells, other scripts of the repository, and what a program that is no wrapper does with the given command."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from binderlint.pattern import regex
from binderlint.read.shell.call import Call, symbolic
from binderlint.read.shell.expand import dropped, nth
from binderlint.read.shell.state import Kind
from binderlint.read.shell.words import Item, Word, few
from binderlint.read.shell.wrappers import SHELLS, value
from binderlint.source import Source

if TYPE_CHECKING:
    pass


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


def run_file(call: Call, word: Word, params: tuple[Item, ...], own_process: bool) -> bool:
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


def _swallowed(call: Call) -> bool:
    """The given command is handed to a program that is not a wrapper."""
    return call.end(call.name) if call.execed else True


def run_program(call: Call) -> bool:
    """A program, of the repository or not."""
    given = [item for item in call.items[1:] if symbolic(item)]
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
