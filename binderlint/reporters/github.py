"""github: workflow commands that GitHub shows beside the changed lines of a pull request."""

from __future__ import annotations

from binderlint.escapes import printable
from binderlint.lint.diagnostic import Severity
from binderlint.lint.report import Finding, Report
from binderlint.reporters.full import elsewhere
from binderlint.reporters.hidden import notes
from binderlint.style import Style

KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
# GitHub shows the first ten annotations of each kind of a step and drops the rest (actions/toolkit#734).
SHOWN = 10
OURS = {"title": "binderlint"}


def render(report: Report, style: Style) -> str:
    """Annotations, the worst first; a notice for what hides problems, and one that says how many GitHub would drop."""
    told = [_note(where, sentences) for where, sentences in notes(report)]
    lines = [_annotation("warning", f"Not judged: {report.unjudged}.", OURS)] if report.unjudged else []
    dropped = 0
    for severity, kind in KINDS.items():
        found = [one for one in report.findings if one.severity is severity]
        room = SHOWN - (1 + len(told) if kind == "notice" else 0)
        lines += [command(one, kind) for one in found[:room]]
        dropped += len(found[room:])
    lines += told
    if dropped:
        lines.append(_annotation("notice", f"{dropped} more: see the summary of this job", OURS))
    return "".join(lines)


def command(finding: Finding, kind: str) -> str:
    """One workflow command, at the first place of a problem. GitHub takes columns only for a span within one line."""
    found = finding.first
    place = found.place
    properties = {"file": place.path, "line": str(place.line), "endLine": str(place.end_line)}
    if place.line == place.end_line:
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{found.code} {found.name}"
    said = [found.message, *([f"Also at {elsewhere(finding)}"] if finding.others else []), found.help]
    return _annotation(kind, ". ".join(filter(None, said)) + ".", properties)


def refusal(message: str) -> str:
    """The annotation of a run that checked nothing, and why."""
    return _annotation("error", message, OURS)


def _note(where: str, sentences: list[str]) -> str:
    return _annotation("notice", f"{'. '.join(sentences)}.", {"file": where} | OURS if where else OURS)


def _annotation(kind: str, message: str, properties: dict[str, str]) -> str:
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
