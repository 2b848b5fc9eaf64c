"""start-unquoted-ampersand: An address with `&` has no quotes."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.launch_scripts import launch_scripts
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import cut_address
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class StartUnquotedAmpersand(Rule):
    code = "SCR005"
    severity = Severity.ERROR
    level = Level.RUN

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:

        for script, _ in scripts:
            for place in dict.fromkeys(filter(None, map(cut_address, script.running))):
                quote = '"' if "$" in place.text else "'"
                yield self.at(
                    place,
                    "The `&` in this address is not in quotes, so the command gets only the part before it and runs in the background",
                    help="Put the address in quotes",
                    fix=Fix("Put it in quotes", (replace(place, f"{quote}{place.text}{quote}"),)),
                )
