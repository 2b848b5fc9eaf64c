"""start-missing-exec: `start` runs the command it is given without `exec`."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.launch_scripts import mended, understood
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import HAND_OVER, Kind, Script, Shell
from binderlint.snapshot import Snapshot


class StartMissingExec(Rule):
    code = "STA003"
    severity = Severity.INFO
    level = Level.POLISH

    @about(understood)
    def check(self, repo: Snapshot, found: tuple[Script, Shell]) -> Iterator[Diagnostic]:
        script, shell = found
        for arrival in shell.arrivals:
            if arrival.kind is not Kind.PLAIN or arrival.place.path != script.source.path or arrival.waited:
                continue
            if arrival.execed and not arrival.pipeline:
                continue
            if arrival.pipeline:
                message = "The server runs in a pipeline. When Binder stops the session, the server is killed without warning and its exit status is lost"
            else:
                message = "The server runs as a child of start. When Binder stops the session, the server is killed without warning"
            edit = replace(arrival.head, f"exec {arrival.head.text}") if arrival.head else None
            wrappers = "".join(f"{name} " for name in arrival.wrappers if name != "exec")
            safe = edit and arrival.last and arrival.stays and not arrival.trapped and not arrival.pipeline
            yield self.at(
                arrival.place,
                message,
                help=f'Use `exec {wrappers}"$@" > >(tee log) 2>&1` to keep a log'
                if arrival.pipeline
                else f"Use `{HAND_OVER}`",
                severity=Severity.WARNING if arrival.pipeline or arrival.trapped else None,
                fix=Fix("Add `exec`", (edit,)) if edit and safe and mended(repo, script, edit) else None,
            )
