"""Failing: commands of postBuild and start that certainly fail, because a file is not where they look for it or would be copied onto itself, because they need root, or because Notebook 7 does not have them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.environment.jupyter_stack import may_be_older_at
from binderlint.facts.scripts.commands import jupyter_commands, script_commands
from binderlint.facts.scripts.missing import PLAIN_OPTIONS, elsewhere, missing_files
from binderlint.facts.scripts.root import root_commands
from binderlint.read.actions import subcommand
from binderlint.read.installer import CONDA, is_pip
from binderlint.read.script import UNKNOWN, Command, Script, Word
from binderlint.read.shell.commands import COPIES, repository_path
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place
from binderlint.values import NamedTuple

# Programs that run or read the first file they are given, those that read every one.
_FIRST = frozenset({"bash", "sh", "source", ".", "python", "python3", "Rscript", "julia", "tar", "unzip"})
_OPTIONS = ("-r", "--requirement", "-c", "--constraint", "-f", "--file")
_EACH = frozenset({"cat", "head", "tail", "less"})
REMOVED = frozenset({"nbextension", "serverextension", "contrib", "nbextensions_configurator", "bundlerextension"})
"""Commands of Jupyter that went with Notebook 6, or are of packages that extend it."""


class Misplaced(NamedTuple):
    """A command that fails: the path it names, as written, which is not in the repository, and where the file is."""

    script: Script
    command: Command
    word: Word
    path: str
    there: str


class OntoItself(NamedTuple):
    """A command that fails: the files of the repository that it would copy or move onto themselves, and whether there are no others."""

    script: Script
    command: Command
    paths: tuple[str, ...]
    is_all: bool


def certainly_fails(repo: Snapshot, script: Script) -> Command | None:
    """The first command of a script of which it is known here that it fails."""
    of_script = (command for where, command in _failing(repo) if where is script)
    return min(of_script, key=lambda command: command.place.span.start, default=None)


def _failing(repo: Snapshot) -> Iterator[tuple[Script, Command]]:
    yield from ((one.script, one.command) for one in misplaced_files(repo))
    yield from ((one.script, one.command) for one in missing_files(repo))
    yield from ((one.script, one.command) for one in onto_themselves(repo))
    yield from ((one.script, one.command) for one in root_commands(repo))
    yield from removed_commands(repo)


@fact
def passed_over(repo: Snapshot) -> frozenset[Place]:
    """The commands that a script never runs, since one before them in their list of `&&` certainly fails, which does not end the script."""
    failing = {command.place for _, command in _failing(repo)}
    found = set[Place]()
    left = set[Place]()  # lists that lead no further
    for script, command in script_commands(repo):
        if command.context.statement in left:
            found.add(command.place)
        elif command.place in failing and command.context.chained and not script.decides(command):
            left.add(command.context.statement)
    return frozenset(found)


def may_fail(repo: Snapshot, script: Script) -> bool:
    """Whether a script installs an extension from the sources of JupyterLab, or runs a file that is not in the repository: commands that may fail today."""
    return any(
        subcommand(command)[1:3] == ("labextension", "install")
        or (
            command.name in _FIRST
            and command.cwd == ""
            and any(not repo.exists(posixpath.normpath(word.pattern)) for word in _read(command))
        )
        for command in script.executed
        if not command.ignored and not command.after
    )


@fact
def removed_commands(repo: Snapshot) -> tuple[tuple[Script, Command], ...]:
    """The commands of Jupyter that Notebook 7 does not have, up to the first for which an older one may be there."""
    found = []
    for script, command in jupyter_commands(repo):
        if subcommand(command)[1:2] and subcommand(command)[1] in REMOVED:
            if may_be_older_at(repo, script, command, "notebook", (7, 0)):
                break
            found.append((script, command))
    return tuple(found)


@fact
def misplaced_files(repo: Snapshot) -> tuple[Misplaced, ...]:
    """The files that scripts look for in the root although they are in the binder directory, or in letters or a binder directory that the repository has not."""
    return tuple(_misplaced(repo)) if build_plan(repo).transparent else ()


def _misplaced(repo: Snapshot) -> Iterator[Misplaced]:
    brought = _Brought()
    for script, command in script_commands(repo):
        for word in () if command.context.conditional else _read(command):
            path = posixpath.normpath(word.pattern)
            if command.cwd != "" or repo.exists(path) or brought.may_have(path):
                continue
            if there := elsewhere(repo, path):
                yield Misplaced(script, command, word, path, there)
        brought.add(command)


def _read(command: Command) -> Iterator[Word]:
    """The files that a command reads or runs, where they are written as paths of their own."""
    given = [word for word in command.args if not word.pattern.startswith("-")]
    found: list[Word] = []
    if "/" in command.words[0].pattern:
        found = [command.words[0]]
    elif command.name in _FIRST and not command.has("-c", "-e", "-m"):
        found = given[:1]
    elif command.name in _EACH:
        found = given
    elif command.name in COPIES:
        found = given[:-1]
    elif is_pip(command.name) or command.name in CONDA:
        found = [after for word, after in zip(command.args, command.args[1:], strict=False) if word.pattern in _OPTIONS]
    elif subcommand(command)[:4] == ("jupyter", "lab", "workspaces", "import"):
        found = given[-1:]
    for word in found:
        if UNKNOWN not in word.pattern and not word.pattern.startswith(("/", "~", "-", "..")):
            yield word


class _Brought:
    """What commands have named, one after the other: files that they may have brought to where the script runs."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._folders = False
        """Whether one has named a whole folder, or something that is not known."""

    def add(self, command: Command) -> None:
        for word in (*command.values, *(str(one.target.raw) for one in command.redirects if one.target)):
            self._folders |= word.endswith(("*", "/", "/.")) or UNKNOWN in word
            self._names.add(posixpath.basename(word))

    def may_have(self, path: str) -> bool:
        """Whether a file may have been brought."""
        return self._folders or posixpath.basename(path) in self._names


@fact
def onto_themselves(repo: Snapshot) -> tuple[OntoItself, ...]:
    """The commands that copy or move files of the repository to where they are: it is the home folder."""
    return tuple(_onto_themselves(repo)) if build_plan(repo).transparent else ()


def _onto_themselves(repo: Snapshot) -> Iterator[OntoItself]:
    for script, command in script_commands(repo):
        if command.name not in ("cp", "mv", "install") or command.context.conditional:
            continue
        given = [word.pattern for word in command.args]
        if "-m" in given:  # install's, with the mode
            at = given.index("-m")
            del given[at : at + 2]
        options = [word for word in given if word.startswith("-")]
        *sources, target = [word for word in given if not word.startswith("-")] or [""]
        end = repository_path(target, command.cwd)
        if end is None or not all(map(PLAIN_OPTIONS.fullmatch, options)):
            continue
        paths = [(repository_path(one, command.cwd), posixpath.basename(one.rstrip("/"))) for one in sources]
        same = [
            path for path, name in paths if path and _may_copy(repo, command, path) and path == _end(repo, end, name)
        ]
        if same:
            yield OntoItself(script, command, tuple(same), len(same) == len(sources))


def _may_copy(repo: Snapshot, command: Command, path: str) -> bool:
    """Whether something is there that a command copies or moves: a folder only where it says so."""
    if not repo.is_dir(path):
        return repo.exists(path)
    return command.name == "mv" or command.has("-r", "-R", "-a", "--recursive", "--archive")


def _end(repo: Snapshot, target: str, name: str) -> str:
    """Where what has this name ends that is copied to a path; of `folder/.`, what is in the folder."""
    if name != "." and (target == "." or repo.is_dir(target)):
        return posixpath.normpath(posixpath.join(target, name))
    return target
