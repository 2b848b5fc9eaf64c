"""Report: what a run found, what was suppressed, and what it could not judge."""

from __future__ import annotations

from collections import Counter

from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.wording import listed
from binderlint.typed import Any
from binderlint.values import NamedTuple


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


class Finding(NamedTuple):
    """One problem with all of its places: diagnostics that have one cause, in the order of their places."""

    diagnostics: tuple[Diagnostic, ...]

    @property
    def first(self) -> Diagnostic:
        return self.diagnostics[0]

    @property
    def severity(self) -> Severity:
        return self.first.severity

    @property
    def level(self) -> Level:
        return self.first.level

    @property
    def others(self) -> tuple[Diagnostic, ...]:
        """The places besides the first."""
        return self.diagnostics[1:]

    @property
    def paths(self) -> list[str]:
        """The files that it is in, each once."""
        return list(dict.fromkeys(one.path for one in self.diagnostics))


class Report(NamedTuple):
    """The diagnostics in the order of their places."""

    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    lowered: tuple[Suppressed, ...] = ()
    """The diagnostics whose severity the settings lower, as they were before."""
    terms: tuple[Hider, ...] = ()
    """What the configuration file says of the run as a whole: `fail-on` where it lets more pass, and the hub."""
    unjudged: str = ""
    """Why a level without a finding was not judged, such as the rules or files that were left out; empty where all were looked at."""
    outlook: str = ""
    """What Binder does with the repository, in sentences; empty where that is not known."""
    for_binder: bool = True
    """Whether anything says that the repository is meant for Binder."""
    repository: str = ""
    """What the repository is called in this run, empty where nobody has named it."""
    commit: str = ""
    """The commit that is checked out, or that was looked at; empty where that is not known."""
    failure: str = ""
    """Why the repository was not looked at; empty where it was."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The problems, each with all of its places, in the order of their first ones."""
        grouped: dict[Any, list[Diagnostic]] = {}
        for found in self.diagnostics:
            grouped.setdefault(found.cause_key, []).append(found)
        return tuple(Finding(tuple(several)) for several in grouped.values())

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
        """How many errors, warnings and infos there are, each problem once."""
        found = Counter(str(one.severity) for one in self.findings)
        return {str(severity): found[str(severity)] for severity in sorted(Severity, reverse=True)}

    def fixable(self, applicability: Applicability) -> int:
        """How many problems have a fix of exactly this applicability."""
        return sum(1 for one in self.findings if one.first.fix and one.first.fix.applicability is applicability)

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
            unjudged=self.unjudged or f"only what is in {listed(sorted(paths))} is shown",
        )


def _within(path: str, paths: set[str]) -> bool:
    return any(path == chosen or path.startswith(chosen.rstrip("/") + "/") for chosen in paths)
