"""postbuild-starts-server: postBuild starts a program that has to run in sessions."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.read.servers import server
from binderlint.snapshot import Snapshot

# What stops a program in the background, or waits for it.
_STOPPERS = frozenset({"kill", "pkill", "killall", "wait"})
_HELP = 'Start it in `start`, which runs at every launch: in the background, before `exec "$@"`'


class PostbuildStartsServer(Rule):
    code = "PBD015"
    severity = Severity.WARNING
    level = Level.RUN

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        commands = [command for command in script.executed if not command.context.substitution]
        names = {command.name for command in commands}
        statements = script.shell.statements if script.shell else ()
        start = start_script(repo)
        started = {command.name for command in start.executed} if start else set()
        for command in commands:
            context, name = command.context, server(command)
            last = bool(statements) and context.statement == statements[-1].place
            if context.background:
                if command.name in started:
                    continue  # a session has one of its own
                if (name and name != "Xvfb" and not names & _STOPPERS) or (last and context.whole and command.name):
                    yield self.at(
                        command.place,
                        f"`{name or command.name}` is started in the background and ends with the build. It does not run in a session",
                        help=_HELP,
                    )
            elif name and not context.conditional and not context.condition and not context.pipeline:
                jupyter = name.startswith("jupyter")
                yield self.at(
                    command.place,
                    f"postBuild waits here until `{name}` ends, so the build never finishes",
                    help="Remove it: Binder starts Jupyter itself" if jupyter else _HELP,
                    severity=Severity.ERROR,
                    level=Level.LAUNCH,
                )
