"""Other lists: packages that scripts install from a list which is not read here: that of another tool's project, or one that a script writes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.read.installer import listed_files
from binderlint.read.script import UNKNOWN, Command
from binderlint.snapshot import Snapshot
from binderlint.source import Source

# The words with which programs install what their own project or lock lists.
_OF_PROJECT = {
    "pixi": ("install", "run", "shell", "shell-hook"),
    "uv": ("sync",),
    "poetry": ("install", "sync"),
    "pdm": ("install", "sync"),
    "pipenv": ("install", "sync"),
    "hatch": ("env", "shell"),
    "rye": ("sync",),
    "conda-lock": ("install",),
}
_HOME = "/home/jovyan/"


@fact
def installs_from_lock(repo: Snapshot) -> bool:
    """Whether postBuild or start install what the project or the lock file of another tool lists, in an environment of its own or over repo2docker's."""
    for script in (post_build_script(repo), start_script(repo)):
        for command in script.executed if script and any(one in script.source.text for one in _OF_PROJECT) else ():
            verb = command.operands[0] if command.operands else ""
            if verb in _OF_PROJECT.get(command.name, ()):
                return True
            if verb == "run" and command.name in _OF_PROJECT and script is start_script(repo):
                return True
    return False


@fact
def installs_other_list(repo: Snapshot) -> bool:
    """Whether postBuild or start install packages from a list that is not read here, so that of none can be said that it is missing."""
    return installs_from_lock(repo) or any(source is None for source in _lists(repo))


def installed_lists(repo: Snapshot) -> Iterator[Source]:
    """The files of the repository that postBuild and start install packages from."""
    return (source for source in _lists(repo) if source)


@fact
def _lists(repo: Snapshot) -> tuple[Source | None, ...]:
    """The files that postBuild and start install packages from; None for one that is not in the repository, since a script writes it."""
    commands = [
        command for script in (post_build_script(repo), start_script(repo)) if script for command in script.executed
    ]
    named = ((command, name) for command in commands for name in listed_files(command.name, command.values))
    return tuple(repo.get(path) if (path := _path(*one)) else None for one in named)


def _path(command: Command, name: str) -> str | None:
    """The path in the repository that a command means; None where it is outside, or not known."""
    if UNKNOWN in name or "://" in name or (command.cwd is None and not name.startswith("/")):
        return None
    path = posixpath.normpath(posixpath.join(_HOME, command.cwd or "", name))
    return path[len(_HOME) :] if path.startswith(_HOME) else None
