"""shebang-env-args: The first line of a script has more than one argument."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.launch_scripts import launch_scripts
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class ShebangEnvArgs(Rule):
    code = "SCR003"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        for script, result in scripts:
            line, program, argument = script.shebang
            words = argument.split()
            if line is None or not words:
                continue
            through_env = program.rpartition("/")[2] == "env"
            if (through_env and (len(words) < 2 or words[0].startswith(("-S", "--split-string", "-vS")))) or (
                not through_env and (len(words) < 2 or script.language != "shell")
            ):
                continue
            if through_env:
                edit = replace(line.part(at := line.index(argument), at), "-S ")
            else:
                at = line.index(program)
                edit = replace(line.part(at, at + len(program)), f"/usr/bin/env -S {program.rpartition('/')[2]}")
            seen = f"the program `{argument}`" if through_env else f"the one option `{argument}`"
            yield self.at(
                line,
                f"Linux reads this line as {seen}, which does not exist: {result}",
                help="Use `#!/bin/bash` and put the options in a `set` line, or use `#!/usr/bin/env -S`",
                fix=Fix("Change the line so that Linux can read it", (edit,)),
            )
