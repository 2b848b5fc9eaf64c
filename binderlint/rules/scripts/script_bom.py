"""script-bom: A script begins with an invisible byte order mark."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.launch_scripts import BUILD_FAILS, launch_scripts
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Recode, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class ScriptBom(Rule):
    code = "SCR002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        for script, result in scripts:
            source = script.source
            if source.encoding != "utf-8":
                yield self.at(
                    source.place(0, 1),
                    f"`{source.name}` is saved as UTF-16, which Linux cannot run: {result}",
                    help="Save the file as UTF-8",
                    fix=Fix("Save as UTF-8", (Recode(source.path),)),
                )
            elif source.has_bom:
                plain = result is BUILD_FAILS and script.shell is not None and not script.shell.bashisms
                effect = (
                    "so Linux does not see its first line and plain `sh` runs it"
                    if plain
                    else f"so Linux does not see its first line and {result}"
                )
                yield self.at(
                    source.place(0, 1),
                    f"`{source.name}` begins with an invisible byte order mark, {effect}",
                    help="Save the file as UTF-8 without a byte order mark",
                    fix=Fix("Remove the byte order mark", (replace(source.place(0, 1), ""),)),
                    severity=Severity.WARNING if plain else None,
                    level=Level.POLISH if plain else None,
                )
