"""postbuild-conda-activate: A script runs `conda activate`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.launch_scripts import launch_scripts, removed, result
from binderlint.facts.environment.mapping import environment_mapping
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.installer import CONDA
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot

_LOADS = regex(r"conda\.sh|mamba\.sh|hook|bashrc|profile|bin/activate")


class PostbuildCondaActivate(Rule):
    code = "PBD006"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        environment = environment_mapping(repo)
        named = environment.get("name") if environment else None
        for script, _ in scripts:
            loaded = bool(re.search(r"(?:^|\s)-\w*[li]", script.shebang.argument))
            for command in script.executed:
                words = " ".join(word.raw for word in command.written)
                if command.name == "eval" or (command.name in ("source", ".") and _LOADS.search(words)):
                    loaded = True
                if command.name not in CONDA or command.values[:1] != ("activate",):
                    continue
                if loaded or command.ignored or command.context.nested or command.values[1:] == (named,):
                    continue
                here = command.values[1:] in (("notebook",), ("/srv/conda/envs/notebook",))
                yield self.at(
                    command.place,
                    f"`{command.name} activate` needs a function that this shell has not loaded: {result(script, command)}",
                    help="Remove it: the environment is already active"
                    if here
                    else 'Load it first: `eval "$(conda shell.bash hook)"`',
                    severity=Severity.ERROR if script.decides(command) else None,
                    level=None if script.decides(command) else Level.RUN,
                    fix=removed(command, "Remove it: the environment is active", Applicability.UNSAFE)
                    if here
                    else None,
                )
