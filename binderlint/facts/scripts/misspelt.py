"""Misspelt: commands of Jupyter that postBuild, start and the RUN lines of a Dockerfile call by a name that is nearly right."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.docker.context import docker_runs
from binderlint.facts.scripts.commands import failure_effect, jupyter_commands
from binderlint.read.actions import subcommand
from binderlint.read.script import Command
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

# The long names among Jupyter's own commands: of shorter ones, two may be near each other.
_LONG = ("labextension", "nbextension", "serverextension", "bundlerextension", "kernelspec", "notebook", "nbconvert", "nbclassic", "troubleshoot")  # fmt: skip
_NEAR = 0.85


class Misspelt(NamedTuple):
    """A command of Jupyter that there is not, the one that is meant, whether it stops the build or the launch, and what its failure does, in words."""

    command: Command
    written: str
    meant: str
    stops: bool
    effect: str


@fact
def misspelt_commands(repo: Snapshot) -> tuple[Misspelt, ...]:
    """The calls of Jupyter with a misspelt command."""
    return tuple(_misspelt(repo))


def _misspelt(repo: Snapshot) -> Iterator[Misspelt]:
    for script, command in jupyter_commands(repo):
        if meant := _meant(command):
            yield Misspelt(command, *meant, script.decides(command), failure_effect(script, command))
    for run in docker_runs(repo):
        for command in run.commands if run.clear else ():
            if command.runs and not command.ignored and (meant := _meant(command)):
                stops = run.shell.decides(command)
                effect = "and the build with it" if stops else "and the rest goes on without it"
                yield Misspelt(command, *meant, stops, effect)


def _meant(command: Command) -> tuple[str, str] | None:
    """The misspelt word of a call of Jupyter, and the command that is meant."""
    program, *words = subcommand(command)
    if program != "jupyter" or not words or words[0] in _LONG:
        return None
    from difflib import get_close_matches

    close = get_close_matches(words[0], _LONG, 1, _NEAR) if len(words[0]) < 30 else []
    return (words[0], close[0]) if close else None
