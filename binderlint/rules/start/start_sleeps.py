"""start-sleeps: `start` waits longer than Binder does."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import before_server
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.script import Command, Script
from binderlint.snapshot import Snapshot

_TIME = regex(r"(\d{1,6}(?:\.\d*)?)([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
LAUNCH = 30
"""Seconds that BinderHub waits for an answer of a server whose container runs (jupyterhub's `http_timeout`)."""
_SERVER = 6
"""Seconds that Jupyter itself takes at least until it answers, measured with repo2docker's image."""


class StartSleeps(Rule):
    code = "STA009"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(start_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        slept = [(command, seconds) for command in before_server(script) if (seconds := _seconds(command))]
        total = sum(seconds for _, seconds in slept)
        if total + _SERVER <= LAUNCH:
            return
        command = max(slept, key=lambda one: one[1])[0]
        yield self.at(
            command.place,
            f"start sleeps for {total:g} seconds before Jupyter starts. Binder gives up on a server that does not answer within {LAUNCH} seconds, so "
            + ("the launch fails" if total >= LAUNCH else "the launch probably fails"),
            help="Remove the `sleep`, or run what waits in the background: `(sleep 10; command) &`",
            severity=Severity.ERROR if total >= LAUNCH else Severity.WARNING,
        )


def _seconds(command: Command) -> float:
    """How long a command certainly sleeps, in seconds; 0 where it may not run, or is no `sleep`."""
    context = command.context
    if (
        command.name != "sleep"
        or "timeout" in command.wrappers
        or context.conditional
        or context.condition
        or context.substitution
        or context.pipeline
    ):
        return 0
    times = [_TIME.fullmatch(word.value) if word.value is not None else None for word in command.words[1:]]
    return sum(float(time[1]) * _SECONDS[time[2]] for time in times if time) if all(times) else 0
