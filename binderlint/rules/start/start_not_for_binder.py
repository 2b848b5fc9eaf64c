"""start-not-for-binder: The file `start` is not meant for Binder."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import understood
from binderlint.facts.scripts.web_server import server_of_another
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import HAND_OVER, Kind, Script, Shell
from binderlint.read.servers import web_server
from binderlint.snapshot import Snapshot


class StartNotForBinder(Rule):
    code = "STA008"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(understood)
    def check(self, repo: Snapshot, found: tuple[Script, Shell]) -> Iterator[Diagnostic]:
        script, shell = found
        name = server_of_another(repo, script)
        if name and shell.arrival in (Kind.NEVER, Kind.BACKGROUND):
            command = next(one for one in script.running if web_server(one))
            yield self.at(
                command.place,
                f"Binder runs this file in every session. It starts `{name}` instead of Binder's launch command, so no session opens",
                help=f"Put Binder's files in a folder `binder`, or end this one with `{HAND_OVER}`",
            )
