"""rule-crashed: A rule of binderlint crashed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.lint.about import about, not_asked
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class RuleCrashed(Rule):
    code = "BLT001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(not_asked)
    def check(self, repo: Snapshot, _: None) -> Iterator[Diagnostic]:
        yield from ()
