"""Docker build: what the RUN commands of a Dockerfile can have installed, where nothing about them is hidden."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from binderlint.data import listed_words
from binderlint.fact import fact
from binderlint.facts.docker.context import Run, build_dockerfile, copied_file, docker_runs
from binderlint.pattern import regex
from binderlint.read.actions import code
from binderlint.read.installer import CONDA, SYSTEM, asked_for, is_pip, listed_files
from binderlint.read.script import Command
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.read.dockerfile.instructions import Stage

_NAMES = (
    r"jupyter|notebook|\bjhub|nbclassic|retrolab|\bvoila|\bsage|pangeo|anaconda|\bnteract|spyder|\blab\b|marimo|rstudio"
)
NAMES_JUPYTER = regex(_NAMES, re.I)
"""Jupyter, and what brings it along, in a text."""
# The same, and what may bring it along: then nothing is said.
_JUPYTER = regex(_NAMES + r"|kernel|\bipy|nglview|bqplot|\bsos|calysto|panel|nb|\blab", re.I)
_PYTHON = regex(
    r"python|conda|mamba|pixi|pyenv|pypy|jupyter|notebook|sage|\buv\b|\bpip|spack|nix|brew|asdf|anaconda|rye|\bpdm",
    re.I,
)


def may_have_jupyter(repo: Snapshot, stage: Stage) -> bool:
    """Whether the instructions of a stage install Jupyter, or do something that cannot be seen through."""
    from binderlint.read.dockerfile.instructions import workdirs

    if hides_origin(stage):
        return True
    folders = {one.body.place: folder for one, folder in workdirs(stage)}
    for run in docker_runs(repo):
        if not run.clear:
            return True
        for command in run.commands:
            words = " ".join(word.pattern for word in command.words)
            if _JUPYTER.search(words):
                return True
            if is_pip(command.name) or command.name in (*CONDA, "uv"):
                here = folders.get(run.instruction.body.place)
                if any(text is None or _JUPYTER.search(text) for text in _package_lists(repo, stage, command, here)):
                    return True
            elif not _is_plain(command):
                return True
    return False


def may_have_python(repo: Snapshot, stage: Stage) -> bool:
    """Whether the instructions of a stage install Python 3, or do something that cannot be seen through."""
    if hides_origin(stage):
        return True
    for run in docker_runs(repo):
        if not run.clear or _PYTHON.search(run.instruction.script or " ".join(run.instruction.words)):
            return True
        for command in run.commands:
            if not _is_plain(command) or (command.wrappers and command.wrappers != ("sudo",)):
                return True
            if command.name in SYSTEM:
                packages = set(command.operands) - {
                    "install",
                    "update",
                    "upgrade",
                    "clean",
                    "autoremove",
                    "remove",
                    "purge",
                    "add",
                }
                if not packages <= listed_words("packages_without_python.txt"):
                    return True
    return False


def _is_plain(command: Command) -> bool:
    """Whether a command brings no programs along: one that is known, or Julia with code that runs no other program."""
    if command.name == "julia":  # what its packages bring is in the depot of Julia, where no shell looks
        return "`" not in (code(command) or "`")
    return command.name in listed_words("plain_commands.txt")


@fact
def given_lists(repo: Snapshot) -> tuple[tuple[Run, Command, Source], ...]:
    """The lists of packages of the repository that RUN gives to pip or conda."""
    return tuple(_given(repo, lambda command: listed_files(command.name, command.values)))


@fact
def given_packages(repo: Snapshot) -> tuple[Source, ...]:
    """The files that make packages of the folders of the repository that RUN gives to pip."""
    return tuple(source for *_, source in _given(repo, _of_packages))


def _of_packages(command: Command) -> Iterator[str]:
    if is_pip(command.name) or command.name == "uv":
        for folder in asked_for(command.name, command.values).places:
            yield from (posixpath.join(folder.partition("[")[0], name) for name in OWN_PACKAGE)


def _given(repo: Snapshot, names: Callable[[Command], Iterable[str]]) -> Iterator[tuple[Run, Command, Source]]:
    """The files of the repository that RUN commands are given, by names as they are in the commands."""
    from binderlint.read.dockerfile.instructions import workdirs

    dockerfile = build_dockerfile(repo)
    stage = dockerfile.final if dockerfile else None
    if stage is None:
        return
    folders = {id(instruction): here for instruction, here in workdirs(stage)}
    for run in docker_runs(repo):
        for command in run.commands:
            for name in names(command):
                found = _copied(repo, stage, command, folders.get(id(run.instruction)), name)
                if isinstance(found, Source):
                    yield run, command, found


def _copied(repo: Snapshot, stage: Stage, command: Command, here: str | None, name: str) -> Source | Text | None:
    """What is at the path in the image that a command of a RUN in the folder `here` names."""
    folder = "" if command.cwd is None else posixpath.join(here or "", command.cwd)
    return copied_file(repo, stage, posixpath.normpath(posixpath.join(folder, name)))


def hides_origin(stage: Stage) -> bool:
    """Whether files come from other stages or images, or from archives that ADD unpacks."""
    for instruction in stage.lineage:
        if instruction.name in ("COPY", "ADD") and instruction.flag("from"):
            return True
        if instruction.name == "ADD" and re.search(r"\.(?:tar|tgz|gz|xz|bz2)\b|://|git@", instruction.body):
            return True
        if instruction.name in ("SHELL", "ONBUILD"):
            return True
    return False


def _package_lists(repo: Snapshot, stage: Stage, command: Command, here: str | None) -> Iterator[str | None]:
    """The text of each file of packages that a command installs from; None for one that is not seen, a path, an address."""
    wanted = asked_for(command.name, command.values)
    if wanted.places or set(wanted.packages) & {"sync", "create"}:
        yield None
    for name in wanted.files:
        found = _copied(repo, stage, command, here, name)
        if isinstance(found, Source):
            yield found.prose if not re.search(r"^\s*-(?:r|e)|^\s*[./]|://", found.prose, re.MULTILINE) else None
        else:
            yield found
