"""Web server: the application that a file called `start` runs when it is not for Binder, and the programs that serve until they are stopped."""

from __future__ import annotations

from binderlint.read.script import Command, Script
from binderlint.read.servers import server, serves, web_server
from binderlint.read.shell.commands import repository_path
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


def server_of_another(repo: Snapshot, script: Script) -> str | None:
    """The server of a web application that a file `start` in the root of its repository runs."""
    if build_plan(repo).binder_dir:
        return None
    return next((name for one in script.running if not one.after and (name := web_server(one))), None)


_PROGRAMS = ("python", "python3", "julia", "Rscript", "node")


def waits_for(repo: Snapshot, command: Command) -> str | None:
    """The server that runs until it is stopped when this command does, be it in a program of the repository or in the code that is given; None where none is known."""
    if name := server(command):
        return name
    if command.name not in _PROGRAMS or "timeout" in command.wrappers or command.has("-m") or not command.operands:
        return None
    first = command.operands[0]
    if command.has("-c", "-e", "--eval"):
        return command.name if serves(first) else None
    path = repository_path(first, command.cwd)
    file = repo.get(path) if path else None
    return f"{command.name} {first}" if file and serves(file.text) else None
