"""markdown: a table for the summary of a job or the text of an issue."""

from __future__ import annotations

from itertools import accumulate

from binderlint.escapes import code_span, markdown, table_cell
from binderlint.lint.diagnostic import Applicability, Diagnostic, Severity
from binderlint.lint.report import Report
from binderlint.lint.verdict import in_short
from binderlint.reporters.hidden import caveat, notes
from binderlint.style import Style

SIGNS = {Severity.ERROR: "❌ error", Severity.WARNING: "⚠️ warning", Severity.INFO: "ℹ️ info"}  # noqa: RUF001
FIXES = {
    Applicability.SAFE: "`--fix`",
    Applicability.UNSAFE: "`--fix --unsafe-fixes`",
    Applicability.DISPLAY: "proposed",
}
# Bytes for the rows. GitHub drops a job's summary of more than 1,024 KiB whole (actions/runner, FileCommandManager.cs).
ROOM = 900_000


def render(report: Report, style: Style) -> str:
    """A headline, the level reached, what is hidden and by what, and a row for each diagnostic, the worst first."""
    lines = ["## binderlint", "", f"{_verdict(report)}.", ""]
    if told := [sentence for _, sentences in notes(report) for sentence in sentences]:
        lines += [*(f"- {markdown(sentence)}." for sentence in told), ""]
    if not report.diagnostics:
        hidden = f" ({len(report.suppressed)} suppressed)" if report.suppressed else ""
        return "\n".join([*lines, f"No problems found{hidden}.", ""])
    lines += ["| | Where | Problem | What to do | Fix |", "| --- | --- | --- | --- | --- |"]
    worst_first = sorted(report.diagnostics, key=lambda found: (-found.severity, found.order))
    rows = [_row(found) for found in worst_first]
    sizes = accumulate(len(row.encode()) + 1 for row in rows)
    shown = sum(1 for size in sizes if size <= ROOM)
    if shown < len(rows):
        rows[shown:] = ["", f"{len(rows) - shown} more problems do not fit in here: see `--output json`."]
    return "\n".join([*lines, *rows, ""])


def _verdict(report: Report) -> str:
    level = report.level.value if report.level else "none"
    if report.unjudged:
        return f"**Not judged**: {markdown(report.unjudged)}"
    if left_out := caveat(report):
        return f"**Level reached: {level}**, {left_out}"
    return f"**Level reached: {level}**: {in_short(report)}"


def refusal(message: str) -> str:
    """The summary of a run that checked nothing, and why."""
    return f"## binderlint\n\n**Not checked**: {markdown(message)}\n"


def _row(found: Diagnostic) -> str:
    rule = f"[{found.code} {found.name}]({found.url})"
    fix = FIXES[found.fix.applicability] if found.fix else ""
    known = _known(found)
    problem = f"{markdown(found.message, known)} ({rule})"
    cells = (SIGNS[found.severity], code_span(str(found.place)), problem, markdown(found.help, known), fix)
    return f"| {' | '.join(map(table_cell, cells))} |"


def _known(found: Diagnostic) -> str:
    """Where a message has its values from, mostly: the path, and the first line of the place."""
    source, line = found.place.source, found.place.source.line(found.place.line)
    return f"{found.path}\n{source.text[line.start : min(line.end, line.start + 10_000)]}"
