"""Script commands: what postBuild and start run, the addresses in it, and what a failure does."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.script import Command, Script
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_ADDRESS = regex(r"(?:https?|git)://[^\s'\"<>|;)]+")


@fact
def script_addresses(repo: Snapshot) -> tuple[tuple[Script, Command, Text], ...]:
    """The addresses that are written out in the commands of postBuild and start."""
    return tuple(_addresses(repo))


def _addresses(repo: Snapshot) -> Iterator[tuple[Script, Command, Text]]:
    for script in (post_build_script(repo), start_script(repo)):
        if script is None:
            continue
        for command in script.executed:
            for url in addresses_of(command):
                yield script, command, url


def addresses_of(command: Command) -> Iterator[Text]:
    """The addresses that are written out in a command which does not only print them."""
    for word in command.written if command.name not in ("echo", "printf") else ():
        if word.place.text == word.raw:
            for found in _ADDRESS.finditer(word.raw):
                yield word.raw.part(*found.span())


@fact
def script_commands(repo: Snapshot) -> tuple[tuple[Script, Command], ...]:
    """The commands of both scripts that run and whose failure is not expected."""
    scripts = [script for script in (post_build_script(repo), start_script(repo)) if script]
    return tuple(
        (script, command)
        for script in scripts
        for command in script.executed
        if not command.ignored and not command.after
    )


@fact
def jupyter_commands(repo: Snapshot) -> tuple[tuple[Script, Command], ...]:
    """Those of them that call Jupyter."""
    return tuple((script, command) for script, command in script_commands(repo) if subcommand(command)[0] == "jupyter")


def failure_effect(script: Script, command: Command, decides: bool | None = None) -> str:
    """What the failure of a command does."""
    if not (script.decides(command) if decides is None else decides):
        return "and the rest goes on without it"
    return "and the launch with it" if script.source.name == "start" else "and the build with it"
