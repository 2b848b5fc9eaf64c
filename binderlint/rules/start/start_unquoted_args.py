"""start-unquoted-args: `start` splits the command it is given."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.launch_scripts import after, understood
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import HAND_OVER, Kind, Script, Shell
from binderlint.snapshot import Snapshot
from binderlint.source import Place


class StartUnquotedArgs(Rule):
    code = "STA002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(understood)
    def check(self, repo: Snapshot, found: tuple[Script, Shell]) -> Iterator[Diagnostic]:
        script, shell = found
        for arrival in shell.arrivals:
            if arrival.kind is Kind.SPLIT and arrival.place.path == script.source.path:
                place = arrival.argument or arrival.place
                edit = replace(place, '"$@"')
                works = arrival.argument and place.text != '"$@"' and self._solves(repo, script, edit, place)
                yield self.at(
                    place,
                    'Without the quotes of `"$@"`, the launch command is split at spaces and line breaks, so the server does not start',
                    help=f"Use `{HAND_OVER}`, with the quotes",
                    fix=Fix('Use `"$@"`', (edit,)) if works else None,
                )

    def _solves(self, repo: Snapshot, script: Script, edit: Replace, place: Place) -> bool:
        """Whether the command arrives there after the edit."""
        shell = after(repo, script, edit)
        return shell is not None and any(
            one.kind in (Kind.EXEC, Kind.PLAIN) and one.argument and one.argument.span.start == place.span.start
            for one in shell.arrivals
        )
