"""Misspelt: commands of Jupyter that postBuild, start and the RUN lines of a Dockerfile call by a name that is nearly right."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.scripts.called import Called, build_commands
from binderlint.read.actions import subcommand
from binderlint.read.script import Command
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

# The long names among Jupyter's own commands: of shorter ones, two may be near each other.
_LONG = ("labextension", "nbextension", "serverextension", "bundlerextension", "kernelspec", "notebook", "nbconvert", "nbclassic", "troubleshoot")  # fmt: skip
_NEAR = 0.85


class Misspelt(NamedTuple):
    """A call of Jupyter with a command that there is not, and the one that is meant."""

    called: Called
    written: str
    meant: str


@fact
def misspelt_commands(repo: Snapshot) -> tuple[Misspelt, ...]:
    """The calls of Jupyter with a misspelt command."""
    return tuple(Misspelt(one, *meant) for one in build_commands(repo) if (meant := _meant(one.command)))


def _meant(command: Command) -> tuple[str, str] | None:
    """The misspelt word of a call of Jupyter, and the command that is meant."""
    program, *words = subcommand(command)
    if program != "jupyter" or not words or words[0] in _LONG:
        return None
    from difflib import get_close_matches

    close = get_close_matches(words[0], _LONG, 1, _NEAR) if len(words[0]) < 30 else []
    return (words[0], close[0]) if close else None
