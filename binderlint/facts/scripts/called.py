"""Called: the commands of postBuild, start and the RUN lines of a Dockerfile, with what their failure does."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.docker.context import docker_runs
from binderlint.facts.scripts.commands import failure_effect, script_commands
from binderlint.read.script import Command, Script
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple


class Called(NamedTuple):
    """A command whose failure is not expected, whether that stops the build or the launch, and what it does, in words."""

    command: Command
    stops: bool
    effect: str


def called(script: Script, command: Command) -> Called:
    """What a failure of a command does; where it is that of a `.` which finds no file, for which plain sh ends the script."""
    if command.name == "." and script.shebang.interpreter in ("", "sh", "dash"):
        return Called(command, True, f"and the {'launch' if script.source.name == 'start' else 'build'} with it")
    return Called(command, script.decides(command), failure_effect(script, command))


@fact
def build_commands(repo: Snapshot) -> tuple[Called, ...]:
    """The commands that run while Binder builds and launches, in the order of each script."""
    found = [called(script, command) for script, command in script_commands(repo)]
    for run in docker_runs(repo):
        for command in run.commands if run.clear else ():
            if command.runs and not command.ignored:
                stops = run.shell.decides(command)
                found.append(
                    Called(command, stops, "and the build with it" if stops else "and the rest goes on without it")
                )
    return tuple(found)
