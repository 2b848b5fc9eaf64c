"""Verdict: what a report says of each level, in words. A linter has launched nothing, so it promises nothing."""

from __future__ import annotations

from binderlint.facts.notebooks import NOTEBOOK_ENDINGS
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.report import Finding, Report
from binderlint.lint.wording import counted, joined
from binderlint.values import Enum, NamedTuple

_NOTHING = "nothing found that would stop it"
_IN_ANY_FILE = ("LNK", "SEC")  # codes that say nothing of how a notebook runs


class Outcome(Enum):
    """What is known of a level: something certainly fails, there are problems, nothing was found, or it was not judged."""

    FAILS = "fails"
    PROBLEMS = "problems"
    NOTHING_FOUND = "nothing-found"
    NOT_JUDGED = "not-judged"


class Ruling(NamedTuple):
    """What a report says of one level: the outcome, and a sentence without its full stop."""

    level: Level
    outcome: Outcome
    words: str


def verdict(report: Report) -> tuple[Ruling, ...]:
    """What is known of each level, in their order."""
    return tuple(_ruling(report, level) for level in Level)


def stakes(report: Report) -> list[tuple[str, list[Finding]]]:
    """The problems under headings that say what is at stake, the worst first; headings without a problem are left out."""
    under: dict[str, list[Finding]] = {heading: [] for heading in _HEADINGS}
    for one in sorted(report.findings, key=lambda found: (-found.severity, found.first.order)):
        under[_heading(one)].append(one)
    return [(heading, found) for heading, found in under.items() if found]


_UNCHECKED, _STOP, _MAY_STOP, _LINKS, _NOTEBOOKS, _LAUNCHED, _LATER, _POLISH = _HEADINGS = (
    "These could not be checked",
    "These stop the build or the launch",
    "These may stop the build or the launch",
    "These launch links do not work",
    "These break notebooks",
    "These go wrong once it is launched",
    "These may break it over time",
    "Polish",
)


def _heading(found: Finding) -> str:
    match found.level:
        case _ if _is_unchecked(found):
            return _UNCHECKED
        case Level.LAUNCH if _is_link(found.first):
            return _LINKS
        case Level.LAUNCH:
            return _STOP if found.severity is Severity.ERROR else _MAY_STOP
        case Level.RUN:
            return _NOTEBOOKS if _notebooks(found) else _LAUNCHED
        case Level.REPRODUCE:
            return _LATER
        case Level.POLISH:
            return _POLISH


def _is_unchecked(found: Finding) -> bool:
    """Whether it says that something was not looked at."""
    return found.first.name in ("rule-crashed", "file-not-read")


def _ruling(report: Report, level: Level) -> Ruling:
    found = [one for one in report.findings if one.level is level and not _is_unchecked(one)]
    hidden = sum(one.diagnostic.level is level for one in report.suppressed)
    lowered = sum(one.diagnostic.level is level for one in report.lowered)
    if found:
        outcome = Outcome.FAILS if any(map(_is_certain, found)) else Outcome.PROBLEMS
        words = _words(level, found, "not judged" if report.unjudged else _NOTHING)
        words += f", not counting {hidden} hidden" if hidden else ""
        return Ruling(level, outcome, words + (f", {lowered} made less severe" if lowered else ""))
    if report.unjudged:
        return Ruling(level, Outcome.NOT_JUDGED, report.unjudged)
    if hidden:
        return Ruling(
            level, Outcome.NOT_JUDGED, f"{counted(hidden, 'problem')} {'is' if hidden == 1 else 'are'} hidden"
        )
    if any(_is_unchecked(one) and one.severity > Severity.INFO for one in report.findings):
        return Ruling(level, Outcome.NOT_JUDGED, "not everything could be checked")
    return Ruling(level, Outcome.NOTHING_FOUND, _NOTHING if level is Level.LAUNCH else "nothing found")


def _is_certain(found: Finding) -> bool:
    """Whether it says of the repository, and not of one link to it, that something fails."""
    return found.severity is Severity.ERROR and not (found.level is Level.LAUNCH and _is_link(found.first))


def _is_link(found: Diagnostic) -> bool:
    return found.code.startswith("LNK")


def _words(level: Level, found: list[Finding], otherwise: str) -> str:
    """What the problems of a level mean. `otherwise` is what is said of a launch that only links do not lead to."""
    match level:
        case Level.LAUNCH:
            return _launch(found, otherwise)
        case Level.RUN:
            return _run(found)
        case Level.REPRODUCE:
            return f"{counted(len(found), 'problem')} may break it over time"
        case Level.POLISH:
            return f"{counted(len(found), 'thing')} could be better"


def _launch(found: list[Finding], otherwise: str) -> str:
    links = sum(len(one.diagnostics) for one in found if _is_link(one.first))
    certain = sum(_is_certain(one) for one in found)
    possible = sum(one.severity is not Severity.ERROR and not _is_link(one.first) for one in found)
    if certain:
        words = f"no: {counted(certain, 'problem')} {'stops' if certain == 1 else 'stop'} it"
        words += f", and {possible} more may" if possible else ""
    elif possible:
        words = f"{counted(possible, 'problem')} may stop it"
    else:
        words = otherwise
    return words + (f"; {counted(links, 'launch link')} {'does' if links == 1 else 'do'} not work" if links else "")


def _run(found: list[Finding]) -> str:
    failing = {path for one in found if one.severity is Severity.ERROR for path in _notebooks(one)}
    doubtful = {path for one in found for path in _notebooks(one)} - failing
    others = sum(not _notebooks(one) for one in found)
    parts = []
    if failing:
        parts.append(f"{counted(len(failing), 'notebook')} {'fails' if len(failing) == 1 else 'fail'}")
    if doubtful:
        parts.append(
            f"{len(doubtful)} more may not work" if failing else f"{counted(len(doubtful), 'notebook')} may not work"
        )
    if others:
        parts.append(counted(others, "other problem" if parts else "problem"))
    return joined(parts)


def _notebooks(found: Finding) -> list[str]:
    """The notebooks that do not run because of it."""
    return (
        []
        if found.first.code.startswith(_IN_ANY_FILE)
        else [path for path in found.paths if path.endswith(NOTEBOOK_ENDINGS)]
    )
