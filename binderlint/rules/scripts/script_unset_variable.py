"""script-unset-variable: `start` or `postBuild` uses a variable that nothing sets, under `set -u`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.launch_scripts import START_DIES, launch_scripts
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import MYBINDER
from binderlint.read.script import Command, Script
from binderlint.read.shell.commands import Field, Hole, Word
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_PLAIN = regex(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
# What images, hubs, conda and the shell itself set: by their beginnings, since no list of them is complete.
_SET_ELSEWHERE = regex(
    r"(?:JUPYTER|BINDER|JPY_|NB_|CONDA|MAMBA|KERNEL|R_|RSTUDIO|JULIA|LC_|PYTHON|PIP_|KUBERNETES|DASK|GATEWAY|MEM_|CPU_|XDG_|BASH|NODE|NPM|GDAL|PROJ|JAVA|SSL|CURL|SHINY|DEBIAN)\w*"
    r"|APP_BASE|REPO_DIR|PATH|TERM|SHELL|LANG|LANGUAGE|OLDPWD|HOSTNAME|HOSTTYPE|OSTYPE|MACHTYPE|U?E?UID|RANDOM|SECONDS|LINENO|IFS|PPID|OPTARG|OPTIND|REPLY|SHLVL|SHELLOPTS|FUNCNAME|PIPESTATUS|COLUMNS|LINES|_|EPOCH\w*|SRANDOM|GROUPS|DIRSTACK|USER|LOGNAME|HOME|PWD|TZ|DISPLAY|\w+_SERVICE_\w+|\w+_PORT\w*"
)
# Commands after which nobody can know what is set.
_MAY_SET = frozenset(
    {"", ".", "source", "eval", "read", "mapfile", "readarray", "getopts", "let", "declare", "typeset"}
)


class ScriptUnsetVariable(Rule):
    code = "SCR008"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        for script, result in scripts:
            if script.shell is None or script.shell.broken or (result is START_DIES and repo.hub != MYBINDER):
                continue
            if found := next(_unset(script), None):
                name, where = found
                yield self.at(
                    where,
                    f"Nothing sets `{name}`, and under `set -u` a variable that is not set ends the script: {result}",
                    help=f"Set it before, or give what stands for it: `${{{name}:-}}`",
                )


def _unset(script: Script) -> Iterator[tuple[str, Text]]:
    """The variables that are certainly not set where the script uses them under `set -u`, and the words they stand in."""
    strict = False
    for command in script.running:
        plain = not (
            command.context.conditional
            or command.context.substitution
            or command.context.background
            or command.context.subshell
            or command.context.nested
        )
        if command.name == "set" and command.has("-u", "nounset"):
            strict = strict or plain
        elif (command.name == "set" and any(one.startswith("+") for one in command.values)) or (
            command.name in _MAY_SET and not _is_given_command(command)
        ):
            return
        elif strict and plain and not command.context.pipeline:
            yield from (
                (name, word.raw) for word in command.words for name in _names(word) if _is_never_set(script, name)
            )


def _is_given_command(command: Command) -> bool:
    """Whether the command is what the script was given (`"$@"`), or an assignment."""
    return not command.name and (not command.words or command.words[0].raw.startswith(('"$@', "$@")))


def _names(word: Word) -> Iterator[str]:
    """The variables of which nothing is known at this word."""
    for item in word.items:
        for piece in item.pieces if isinstance(item, Field) else ():
            if isinstance(piece, Hole) and (found := _PLAIN.fullmatch(piece.raw)):
                yield found[1] or found[2]


def _is_never_set(script: Script, name: str) -> bool:
    if _SET_ELSEWHERE.fullmatch(name):
        return False
    return not re.search(
        rf"(?<![\w$]){name}(?:\[[^\]]*\])?\+?=|\b(?:for|select)\s+{name}\b|-v\s+{name}\b", script.source.text
    )
