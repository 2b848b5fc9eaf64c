"""The way of a placeholder: whether `start` or `postBuild` replaces it in the very file it stands in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from binderlint.facts.dask.configs import CODE
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.read.script import Command, Script
from binderlint.read.shell.commands import COPIES, UNKNOWN
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Text
from binderlint.values import NamedTuple

_HOME = "/home/jovyan"
# Commands that name a file or a placeholder and change nothing.
_INERT = frozenset(
    [
        "echo",
        "printf",
        "export",
        "declare",
        "test",
        "[",
        "[[",
        "set",
        "unset",
        "ls",
        "cat",
        "grep",
        "egrep",
        "head",
        "tail",
        "wc",
        "file",
        "stat",
        "true",
        ":",
        "diff",
        "cmp",
        "chmod",
    ]
)


class Way(NamedTuple):
    """What becomes of a placeholder before the notebook server runs."""

    replaced: bool
    elsewhere: str = ""
    """The other file in which it is replaced."""
    printed: bool = False
    """A `sed` without `-i` only prints the file with the replacement."""


def way(repo: Snapshot, place: Place, token: str) -> Way:
    """Follow a placeholder through the scripts. What is not known counts as replaced."""
    files, line = {place.path}, place.source.text[place.source.line(place.line).start : place.span.end]
    elsewhere, printed = "", False
    for script in (post_build_script(repo), start_script(repo)):
        if script is None:
            continue
        if script.shell is None or script.shell.broken:
            if token in script.source.prose:
                return Way(True)
            continue
        for command in script.commands:
            if not command.runs:
                continue
            if command.name in COPIES:
                files |= set(_copied(command, files))
            elif command.name in ("sed", "gsed", "perl"):
                edit = _edit(command)
                if not any(_matches(one, token, line) for one in edit.scripts):
                    continue
                output = any(one.operator in (">", ">>", ">|", "1>") for one in command.redirects)
                if not edit.in_place and not output and not command.context.pipeline:
                    printed = True
                    continue
                same = [_same(one, command.cwd, files) for one in edit.files]
                if not same or any(one is not False for one in same):
                    return Way(True)
                elsewhere = elsewhere or _repo_path(edit.files[0], command.cwd) or posixpath.basename(edit.files[0])
            elif _touches(repo, command, files, token):
                return Way(True)
    if any(token in source.prose for source in _other_code(repo, place.path, token)):
        return Way(True)
    return Way(False, elsewhere, printed)


def mentioned(repo: Snapshot, name: str) -> bool:
    """Whether a script or any code gives a variable a value (or does anything else with it)."""
    scripts = [script.source for script in (post_build_script(repo), start_script(repo)) if script]
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    return any(pattern.search(source.prose) for source in [*scripts, *_other_code(repo, "", name)])


def unset_variable(script: Script, name: str) -> Text | None:
    """Where `set -u` ends a script because a variable that only a BinderHub sets is missing."""
    if script.shell is None:
        return None
    strict = [
        one.place.span.end
        for one in script.running
        if one.name == "set" and not one.context.conditional and (one.has("-u") or "nounset" in one.values)
    ]
    if not strict:
        return None
    text, comments = script.source.text, [comment.place.span for comment in script.shell.comments]
    used = re.compile(rf"\$(?:{name}\b|\{{{name}(:?[-+=?])?|\{{#{name})|-v\s+[\"']?{name}\b")
    for found in used.finditer(text, min(strict)):
        if any(span.start <= found.start() < span.end for span in comments):
            continue
        if found[1] or found.group().startswith("-v"):
            return None
        end = found.end() + (1 if text[found.end() : found.end() + 1] == "}" else 0)
        return script.source.slice(found.start(), end)
    return None


# -- sed


class _Edit(NamedTuple):
    scripts: tuple[str, ...]
    files: tuple[str, ...]
    in_place: bool


def _edit(command: Command) -> _Edit:
    """What a `sed` or `perl` is told: its scripts, its files, and whether it changes them in place."""
    scripts: list[str] = []
    rest: list[str] = []
    in_place = options_end = False
    values = iter(command.values)
    for value in values:
        if options_end or not value.startswith("-") or value == "-":
            rest.append(value)
        elif value == "--":
            options_end = True
        elif value.startswith("--"):
            name, _, given = value.partition("=")
            in_place = in_place or name == "--in-place"
            if name in ("--expression", "--file"):
                given = given or next(values, UNKNOWN)
                scripts.append(given if name == "--expression" else UNKNOWN)
        else:
            for index, letter in enumerate(value[1:], 1):
                if letter == "i":
                    in_place = True
                    if command.name != "perl":
                        break  # the rest is the suffix of a copy
                if letter == "e" or (letter == "E" and command.name == "perl"):
                    scripts.append(value[index + 1 :] or next(values, ""))
                    break
                if letter == "f":  # the script stands in a file
                    next(values, "")
                    scripts.append(UNKNOWN)
                    break
    if not scripts and rest:
        scripts.append(rest.pop(0))
    files = rest or [one.target.pattern for one in command.redirects if one.operator == "<" and one.target]
    return _Edit(tuple(scripts), tuple(files), in_place)


def _matches(script: str, token: str, line: str) -> bool:
    """Whether an expression replaces the token: it names it, or its pattern matches the line."""
    commands = list(re.finditer(r"s([|/#,@!:;%+~])", script))
    if not commands and UNKNOWN in script:
        return True
    for found in commands:
        pattern = re.split(rf"(?<!\\){re.escape(found[1])}", script[found.end() :], maxsplit=1)[0]
        if token in pattern or UNKNOWN in pattern:
            return True
        try:
            if pattern.strip() and re.search(pattern.replace("\\(", "(").replace("\\)", ")"), line):
                return True
        except re.error:
            return True
    return False


# -- files


def _repo_path(text: str, cwd: str | None) -> str | None:
    """A path from the repository's root; an absolute one outside of it as it is; None when a part is not known."""
    if UNKNOWN in text or (cwd is None and not text.startswith("/")):
        return None
    full = posixpath.normpath(posixpath.join(_HOME, cwd or "", text))
    return full.removeprefix(f"{_HOME}/")


def _same(text: str, cwd: str | None, files: Iterable[str]) -> bool | None:
    """Whether a path on a command line is one of the files; None when that is not known."""
    path = _repo_path(text, cwd)
    if path is None:
        name = posixpath.basename(text)
        return None if UNKNOWN in name or any(posixpath.basename(one) == name for one in files) else False
    return any(fnmatch(one, path) for one in files)


def _copied(command: Command, files: set[str]) -> Iterator[str]:
    """Where a command puts copies of the files."""
    operands = command.operands
    if len(operands) < 2 or (target := _repo_path(operands[-1], command.cwd)) is None:
        return
    for operand in operands[:-1]:
        origin = _repo_path(operand, command.cwd)
        if origin is None:
            continue
        for one in files:
            if one.startswith(f"{origin}/"):
                below = one[len(origin) :]
                yield from (target + below, f"{target}/{posixpath.basename(origin)}{below}")
            elif fnmatch(one, origin):
                yield from (target, f"{target}/{posixpath.basename(one)}")


def _touches(repo: Snapshot, command: Command, files: set[str], token: str) -> bool:
    """Whether a command other than sed can have replaced the placeholder."""
    if any(
        ">" in one.operator and one.target and _same(one.target.pattern, command.cwd, files) is True
        for one in command.redirects
    ):
        return True
    if command.name in _INERT:
        return False
    if command.name == "envsubst":
        return token.startswith("$")
    texts = [*command.values, str(command.input or "")]
    if any(token.strip("${}") in text for text in texts):
        return True
    if any(_same(text, command.cwd, files) is True for text in command.operands):
        return True
    for operand in command.operands:
        script = repo.get(_repo_path(operand, command.cwd) or "")
        if script and (token in script.prose or any(posixpath.basename(one) in script.prose for one in files)):
            return True
    return False


def _other_code(repo: Snapshot, path: str, token: str) -> Iterator[Source]:
    """Code of the repository that could replace it too, outside of the two scripts; not asked for words as short as `IMAGE`."""
    scripts = {script.source.path for script in (post_build_script(repo), start_script(repo)) if script}
    for source in repo.files:
        if source.path in scripts or source.path == path or "_" not in token:
            continue
        if source.name.endswith(CODE) and token in source.prose:
            yield source
