"""Root: commands of postBuild and start that need an administrator's rights, which nobody has on Binder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.scripts.commands import script_commands
from binderlint.pattern import regex
from binderlint.read.installer import SYSTEM
from binderlint.read.script import Command, Script
from binderlint.read.shell.commands import COPIES
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

_SYSTEM = regex(r"/(?:usr|etc|opt|bin|sbin|lib|root|var/lib)(?:/|$)")


# Folders that every image has: `mkdir -p` does nothing there.
_THERE = regex(
    r"/(?:usr(?:/local)?(?:/(?:bin|etc|games|include|lib|sbin|share|src))?|etc|opt|bin|sbin|lib|root|var/lib)/?"
)
# A folder beside those of the system, which repo2docker's images do not have.
_BESIDE = regex(r"/(?!(?:home|tmp|srv|dev|proc|sys|run|var|mnt|media|boot|repo)(?:/|$))[\w.-]+(?:/|$)", re.ASCII)

_WRITERS = frozenset({*COPIES, "mkdir", "touch", "tee", "chmod", "chown", "chgrp"})
# Programs that take what they change as their last word, after another.
_AFTER_ANOTHER = frozenset({*COPIES, "chmod", "chown", "chgrp", "sed", "git"})
_ACCOUNTS = frozenset({"useradd", "adduser", "usermod", "userdel", "groupadd", "addgroup", "groupmod"})
_SERVICES = frozenset({"service", "systemctl", "invoke-rc.d", "update-rc.d"})
_ALTERNATIVES = ("--install", "--set", "--auto", "--remove", "--remove-all")
# Options that say where a program writes.
_INTO = {
    "wget": ("-O", "--output-document", "-P", "--directory-prefix"),
    "curl": ("-o", "--output", "--output-dir"),
    "unzip": ("-d",),
    "tar": ("-C", "--directory"),
}


class RootCommand(NamedTuple):
    """A command that fails, and why."""

    script: Script
    command: Command
    reason: str


@fact
def root_commands(repo: Snapshot) -> tuple[RootCommand, ...]:
    """The commands that certainly run and need root."""
    found = (
        RootCommand(script, command, _reason(repo, command))
        for script, command in script_commands(repo)
        if not command.context.conditional
    )
    return tuple(one for one in found if one.reason)


def _reason(repo: Snapshot, command: Command) -> str:
    if "sudo" in command.wrappers:
        return "`sudo` needs root"
    if command.name in (*SYSTEM, "add-apt-repository"):
        if command.name == "dpkg" and not command.has("-i", "--install", "-r", "--remove", "--configure"):
            return ""
        if {"list", "show", "search", "policy", "--version", "download"} & set(command.values):
            return ""
        return f"`{command.name}` needs root"
    for redirect in command.redirects:
        if ">" in redirect.operator and redirect.target and _SYSTEM.match(redirect.target.value or ""):
            return f"only root can write to `{redirect.target.raw}`"
    if (
        command.name in _ACCOUNTS
        or (command.name in _SERVICES and len(command.operands) > 1)
        or (command.name == "ldconfig" and not command.args)
    ):
        return f"`{command.name}` needs root"
    if command.name == "update-alternatives" and command.has(*_ALTERNATIVES):
        return f"`{command.name}` needs root"
    for path in _changed(command):
        there = command.name == "mkdir" and command.has("-p", "--parents") and _THERE.fullmatch(path)
        beside = command.name == "mkdir" and build_dockerfile(repo) is None and _BESIDE.match(path)
        if (_SYSTEM.match(path) and not there) or (beside and not _SYSTEM.match(path)):
            return f"only root can write to `{path}`"
    return ""


def _changed(command: Command) -> Iterator[str]:
    """The paths that a command writes to or changes, as far as its words say."""
    name, values = command.name, command.values
    writes = (
        name in _WRITERS
        or (name == "sed" and (command.has("-i", "--in-place") or any(one.startswith("-i") for one in values)))
        or (name == "git" and values[:1] == ("clone",))
    )
    if writes and len(command.operands) > (name in _AFTER_ANOTHER):
        yield command.operands[-1]
    if name == "tar" and not (command.has("-x", "--extract", "--get") or "x" in "".join(values[:1]).partition("=")[0]):
        return
    for option, value in zip(values, (*values[1:], ""), strict=False):
        for known in _INTO.get(name, ()):
            if option.startswith(f"{known}="):
                yield option[len(known) + 1 :]
            elif option == known or (len(known) == 2 and re.fullmatch(f"-[A-Za-z]+{known[1]}", option)):
                yield value
