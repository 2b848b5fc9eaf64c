"""Report: what a run found, what was suppressed, and the level the repository has reached."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from binderlint.diagnostic import Applicability, Diagnostic, Level, Severity


class Suppressed(NamedTuple):
    """A diagnostic that the user does not want to see, and the reason given."""

    diagnostic: Diagnostic
    reason: str


class Report(NamedTuple):
    """The diagnostics in the order of their places."""

    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()

    @property
    def level(self) -> Level | None:
        """The highest level at which nothing is left to say, None when the launch itself is at stake."""
        reached = None
        for level in Level:
            if any(found.level is level and _counts(found) for found in self.diagnostics):
                return reached
            reached = level
        return reached

    @property
    def crashed(self) -> bool:
        return any(found.name == "rule-crashed" for found in self.diagnostics)

    def counts(self) -> dict[str, int]:
        """How many errors, warnings and infos there are."""
        found = Counter(str(diagnostic.severity) for diagnostic in self.diagnostics)
        return {str(severity): found[str(severity)] for severity in reversed(Severity)}

    def fixable(self, applicability: Applicability) -> int:
        """How many diagnostics have a fix of exactly this applicability."""
        return sum(1 for found in self.diagnostics if found.fix and found.fix.applicability is applicability)

    def fails(self, fail_on: Severity) -> bool:
        return any(found.severity >= fail_on for found in self.diagnostics)

    def only(self, paths: set[str] | None) -> Report:
        """The part of the report about some files; everything for None."""
        if paths is None:
            return self
        return Report(
            tuple(found for found in self.diagnostics if _within(found.path, paths)),
            tuple(found for found in self.suppressed if _within(found.diagnostic.path, paths)),
        )


def _counts(found: Diagnostic) -> bool:
    """Whether a diagnostic keeps the repository from a level: a mere info does so at the last one only."""
    return found.severity > Severity.INFO or found.level is Level.POLISH


def _within(path: str, paths: set[str]) -> bool:
    return any(path == chosen or path.startswith(chosen.rstrip("/") + "/") for chosen in paths)
