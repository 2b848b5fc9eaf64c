"""Other lists: packages that scripts install from a list which is not read here: that of another tool's project, or one that a script writes."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.read.installer import listed_files
from binderlint.read.script import Command, Script
from binderlint.read.shell.commands import repository_path
from binderlint.snapshot import Snapshot
from binderlint.source import Source

# The words with which programs install what their own project or lock lists.
_OF_PROJECT = {
    "pixi": ("install", "shell", "shell-hook"),
    "uv": ("sync",),
    "poetry": ("install", "sync"),
    "pdm": ("install", "sync"),
    "pipenv": ("install", "sync"),
    "hatch": ("env", "shell"),
    "rye": ("sync",),
    "conda-lock": ("install",),
}


@fact
def installs_from_lock(repo: Snapshot) -> bool:
    """Whether postBuild or start install what the project or the lock file of another tool lists, in an environment of its own or over repo2docker's."""
    for script in (post_build_script(repo), start_script(repo)):
        for command in script.executed if script and any(one in script.source.text for one in _OF_PROJECT) else ():
            verb = command.operands[0] if command.operands else ""
            if verb in _OF_PROJECT.get(command.name, ()):
                return True
            runs_in = {wrapper.partition(" ")[0] for wrapper in command.wrappers if wrapper.endswith(" run")}
            if "pixi" in runs_in or (script is start_script(repo) and not runs_in.isdisjoint(_OF_PROJECT)):
                return True
    return False


@fact
def installs_other_list(repo: Snapshot) -> bool:
    """Whether postBuild or start install packages from a list that is not read here, so that of none can be said that it is missing."""
    return installs_from_lock(repo) or any(source is None for *_, source in script_lists(repo))


def installed_lists(repo: Snapshot) -> Iterator[Source]:
    """The files of the repository that postBuild and start install packages from."""
    return (source for *_, source in script_lists(repo) if source)


@fact
def script_lists(repo: Snapshot) -> tuple[tuple[Script, Command, Source | None], ...]:
    """The files that postBuild and start install packages from, and the commands; None for one that is not in the repository, since a script writes it."""
    return tuple(
        (script, command, repo.get(path) if (path := repository_path(name, command.cwd)) else None)
        for script in filter(None, (post_build_script(repo), start_script(repo)))
        for command in script.executed
        for name in listed_files(command.name, command.values)
    )
