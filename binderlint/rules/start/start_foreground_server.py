"""start-foreground-server: `start` waits for a server that never ends."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import in_background
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.facts.scripts.web_server import waits_for
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class StartForegroundServer(Rule):
    code = "STA007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(start_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        for command in script.executed:
            context = command.context
            if context.background or context.substitution or command.after or "exec" in command.wrappers:
                continue
            name = waits_for(repo, command)
            last = script.shell.statements[-1].place if script.shell and script.shell.statements else None
            if name is None or command.alone == last:  # the last thing that start does: start-no-passthrough says it
                continue
            simple = not context.pipeline and not context.nested and not context.condition and context.function is None
            jupyter = name.startswith("jupyter")
            place = command.alone
            yield self.at(
                command.place,
                f"start waits here until `{name}` ends, so it never reaches Binder's own command and the launch fails",
                help="Remove it: Binder starts the server itself"
                if jupyter
                else "Run the server in the background with `&`",
                fix=Fix("Run it in the background", (in_background(place),))
                if place and simple and not jupyter
                else None,
            )
