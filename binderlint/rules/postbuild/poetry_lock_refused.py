"""poetry-lock-refused: Poetry refuses poetry.lock."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.own_package import own_table
from binderlint.facts.environment.python import python_minor
from binderlint.facts.scripts.commands import failure_effect
from binderlint.facts.scripts.poetry import installs_project, is_poetry_pinned, last_poetry
from binderlint.facts.scripts.start_and_post_build import poetry_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import subcommand
from binderlint.read.poetry_lock import lock_fault
from binderlint.read.script import Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PoetryLockRefused(Rule):
    code = "PBD021"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(poetry_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        lock = repo.get("poetry.lock")
        table = own_table(repo)
        if lock is None or not table or script.shell is None or script.shell.broken or build_plan(repo).error:
            return
        if last_poetry(python_minor(repo)) != (2, 5) or is_poetry_pinned(repo, script.executed):
            return
        fault = lock_fault(lock, table)
        for command in script.executed if fault else ():
            if "lock" in " ".join(command.values) or subcommand(command)[:2] in _CHANGES:
                return  # something may write a new one, or remove it
            if installs_project(command):
                decides = script.decides(command)
                yield self.at(
                    command.place,
                    f"Poetry refuses poetry.lock: it {fault}. `{' '.join(subcommand(command)[:2])}` installs nothing and fails, {failure_effect(script, command)}",
                    help="Run `poetry lock` and commit the new poetry.lock",
                    severity=None if decides else Severity.WARNING,
                    level=None if decides else Level.RUN,
                )
                return


_CHANGES = tuple(("poetry", verb) for verb in ("add", "remove", "update", "init"))
