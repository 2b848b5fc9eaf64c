"""not-for-binder: Nothing says that the repository is meant for Binder."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class NotForBinder(Rule):
    code = "BLT002"
    severity = Severity.INFO
    level = Level.POLISH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        if not is_for_binder(repo):
            yield self.at(
                repo.place,
                "Nothing here says that this repository is meant for Binder: no `binder` folder, no launch link, no notebook beside an environment file",
                help="Run `binderlint --assume-binder` to check it as if it were",
            )
