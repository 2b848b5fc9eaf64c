"""not-for-binder: Nothing says that the repository is meant for Binder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class NotForBinder(Rule):
    code = "BLT002"
    severity = Severity.INFO
    level = Level.POLISH

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.for_binder:
            yield self.at(
                repo.place,
                "Nothing here says that this repository is meant for Binder: no `binder` folder, no launch link, no notebook beside an environment file",
                help="Run `binderlint --assume-binder` to check it as if it were",
            )
