"""start-not-for-binder: The file `start` is not meant for Binder."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.for_binder import is_refused
from binderlint.facts.scripts.start_and_post_build import another_start, root_start
from binderlint.facts.scripts.web_server import server_of_another
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import HAND_OVER, Kind, Script
from binderlint.read.servers import web_server
from binderlint.snapshot import Snapshot

_FOLDER = "Put Binder's files in a folder `binder`"


class StartNotForBinder(Rule):
    code = "STA008"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(root_start)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        shell = script.shell if script.shell and not script.shell.broken else None
        name = server_of_another(repo, script) if shell else None
        if name and shell and shell.arrival in (Kind.NEVER, Kind.BACKGROUND):
            place = next(one for one in script.running if web_server(one)).place
            does = f"It starts `{name}` instead of Binder's launch command"
        elif another_start(repo):
            place = script.source.place()
            does = "It never runs Binder's launch command"
        else:
            return
        if is_refused(repo):
            yield self.at(
                place,
                f"With an environment file in the root, Binder would run this file in every session. {does}, so no session would open",
                help=f"{_FOLDER}: it then does not look at this one",
                severity=Severity.WARNING,
            )
        else:
            yield self.at(
                place,
                f"Binder runs this file in every session. {does}, so no session opens",
                help=f"{_FOLDER}, or end this one with `{HAND_OVER}`",
            )
