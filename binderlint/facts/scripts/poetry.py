"""Poetry: where postBuild and RUN have it install a project, into which environment, and which release of it that is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.digits import release
from binderlint.read.script import Command
from binderlint.snapshot import Snapshot

_LAST_POETRY = {"3.7": (1,), "3.8": (1,), "3.9": (2, 2)}
"""The last releases of Poetry for a Python, of 1 whichever. From 3.10 on, pip installs 2.5 or newer, which looks for no other Python where it makes no environment."""
SWITCH = "POETRY_VIRTUALENVS_CREATE"
SWITCHED = regex(rf"^[^#\n]*(?:{SWITCH}=[\"']?(?:false|0)\b|virtualenvs\.create[ \t]+false)", re.MULTILINE)
_IN_TOML = regex(r"^\[virtualenvs\](?:(?!^\[).)*?^create\s*=\s*false", re.MULTILINE | re.DOTALL)
_PINNED = regex(r"poetry(?:\[[\w,-]*\])?\s*[=<>~!@]|POETRY_VERSION|(?<!poetry )--version|poetry\.git|poetry self")
_ELSEWHERE = ("-C", "--directory", "-P", "--project", "-h", "--help", "-V", "--version")


def last_poetry(minor: str) -> tuple[int, ...] | None:
    return (2, 5) if release(minor) >= (3, 10) else _LAST_POETRY.get(minor)


def installs_project(command: Command) -> bool:
    """Whether a command has Poetry install what the project in the root needs."""
    if command.ignored or command.cwd != "" or command.has(*_ELSEWHERE):
        return False
    return subcommand(command)[:2] in (("poetry", "install"), ("poetry", "sync"))


def is_poetry_pinned(repo: Snapshot, commands: Iterable[Command]) -> bool:
    """Whether something chooses the version of Poetry."""
    if any(one.key == "poetry" and one.specifier for one in pip_requirements(repo)):
        return True
    if any(spec.key == "poetry" for spec in conda_specs(repo)):
        return True
    return any(_PINNED.search(text) for text in command_texts(commands))


def command_texts(commands: Iterable[Command], *others: str) -> list[str]:
    return [*map(command_text, commands), *others]


def command_text(command: Command) -> str:
    """A command with the variables before it."""
    given = (f"{name}={value}" for name, value in command.variables)
    return " ".join((*given, *(word.pattern for word in command.written)))


def is_off_in_toml(repo: Snapshot) -> bool:
    """Whether poetry.toml has Poetry install into the environment that is there."""
    source = repo.get("poetry.toml")
    return bool(source and _IN_TOML.search(source.prose))
