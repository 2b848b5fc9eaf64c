"""cran-day-missing: There is no state of CRAN for the day in runtime.txt."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.online import snapshot_day
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web


class CranDayMissing(Rule):
    code = "ONL008"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        day = snapshot_day(repo)
        if day and web.lacks(Kind.SNAPSHOT, str(day)):
            yield self.at(
                day,
                f"Posit's package manager has no state of CRAN for {day}, nor for the six days before, so repo2docker stops",
                help="Use an earlier day, on which the notebooks worked",
            )
