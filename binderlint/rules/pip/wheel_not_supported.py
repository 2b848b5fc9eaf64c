"""wheel-not-supported: pip is given a wheel for another Python or system."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.python import python_minor
from binderlint.facts.scripts.commands import failure_effect, script_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import is_pip
from binderlint.read.wheel_names import refused_for, wheel_file
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot

_HELP = "Use the wheel for this Python and for Linux, or name the package without an address, so that pip looks for one that fits"


class WheelNotSupported(Rule):
    code = "PIP018"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        python = python_minor(repo)
        if not python or not plan.transparent or plan.separate_kernel:
            return
        for file in pip_files(repo):
            for one in file.requirements if not file.constraint else ():
                name = wheel_file(one.url or one.text)
                reason = refused_for(name, python) if name and one.applies(python) else None
                if reason:
                    yield self.at(
                        one.text,
                        f"`{name}` was built for {reason}. pip for Python {python} on Linux, which Binder runs, refuses it, and the build stops",
                        help=_HELP,
                    )
        for script, command in script_commands(repo):
            if not is_pip(command.name) or "install" not in command.values:
                continue
            for word in command.args:
                name = wheel_file(word.value or "")
                reason = refused_for(name, python) if name else None
                if reason:
                    decides = script.decides(command)
                    yield self.at(
                        word.raw,
                        f"`{name}` was built for {reason}. pip for Python {python} on Linux, which Binder runs, refuses it: the command fails, {failure_effect(script, command)}",
                        help=_HELP,
                        severity=Severity.ERROR if decides else Severity.WARNING,
                        level=Level.LAUNCH if decides else Level.RUN,
                    )
