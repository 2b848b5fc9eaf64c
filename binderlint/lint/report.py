"""Report: what a run found, what was suppressed, and the level the repository has reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity


class Hider(NamedTuple):
    """What keeps a problem from the report: an entry of the configuration file, a flag, or a comment.

    `where` is how messages call the file, empty for the command line; `option` is `comment` or the name of a setting, and `entry`
    what is written there.
    """

    where: str
    option: str
    entry: str


class Suppressed(NamedTuple):
    """A diagnostic that the user does not want to see, or not as severe, the reason given, and what says so."""

    diagnostic: Diagnostic
    reason: str
    by: Hider


class Effect(NamedTuple):
    """What one hider does: `hides` problems, `lowers` their severity, `passes` them (they would fail the run), or changes the `hub`."""

    hider: Hider
    verb: str
    number: int


class Report(NamedTuple):
    """The diagnostics in the order of their places."""

    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    lowered: tuple[Suppressed, ...] = ()
    """The diagnostics whose severity the settings lower, as they were before."""
    terms: tuple[Hider, ...] = ()
    """What the configuration file says of the run as a whole: `fail-on` where it lets more pass, and the hub."""
    unjudged: str = ""
    """Why no rule had a say, empty where one had."""

    @property
    def level(self) -> Level | None:
        """The highest level at which nothing is left to say, None when the launch itself is at stake, or when nothing was judged."""
        return None if self.unjudged else _level(self.diagnostics)

    @property
    def at_stake(self) -> list[Diagnostic]:
        """The diagnostics that keep the repository from a level."""
        return [found for found in self.diagnostics if _counts(found)]

    @property
    def own_level(self) -> Level | None:
        """The level without what hides problems or makes them less severe."""
        return _level((*self.diagnostics, *(one.diagnostic for one in (*self.suppressed, *self.lowered))))

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What the settings and comments keep from the report, those that hide most first."""
        passed = {
            "never": [found for found in self.diagnostics if found.severity >= Severity.WARNING],
            "error": [found for found in self.diagnostics if found.severity is Severity.WARNING],
        }
        counted = [
            *(Effect(by, "hides", count) for by, count in Counter(one.by for one in self.suppressed).most_common()),
            *(Effect(by, "lowers", count) for by, count in Counter(one.by for one in self.lowered).most_common()),
            *(Effect(by, "passes", len(passed[by.entry])) for by in self.terms if by.option == "fail-on"),
        ]
        hubs = (Effect(by, "hub", 0) for by in self.terms if by.option == "hub")
        return (*(effect for effect in counted if effect.number), *hubs)

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
        return self._replace(
            diagnostics=tuple(found for found in self.diagnostics if _within(found.path, paths)),
            suppressed=tuple(one for one in self.suppressed if _within(one.diagnostic.path, paths)),
            lowered=tuple(one for one in self.lowered if _within(one.diagnostic.path, paths)),
        )


def _level(diagnostics: Iterable[Diagnostic]) -> Level | None:
    reached = None
    at_stake = {found.level for found in diagnostics if _counts(found)}
    for level in Level:
        if level in at_stake:
            break
        reached = level
    return reached


def _counts(found: Diagnostic) -> bool:
    """Whether a diagnostic keeps the repository from a level: a mere info does so at the last one only."""
    return found.severity > Severity.INFO or found.level is Level.POLISH


def _within(path: str, paths: set[str]) -> bool:
    return any(path == chosen or path.startswith(chosen.rstrip("/") + "/") for chosen in paths)
