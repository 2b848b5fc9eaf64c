"""markdown: a table for the summary of a job or the text of an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Severity
from binderlint.escapes import code_span, markdown, table_cell
from binderlint.reporters.concise import REACHED
from binderlint.style import Style

if TYPE_CHECKING:
    from binderlint.report import Report

SIGNS = {Severity.ERROR: "❌ error", Severity.WARNING: "⚠️ warning", Severity.INFO: "ℹ️ info"}  # noqa: RUF001
FIXES = {
    Applicability.SAFE: "`--fix`",
    Applicability.UNSAFE: "`--fix --unsafe-fixes`",
    Applicability.DISPLAY: "proposed",
}


def render(report: Report, style: Style) -> str:
    """A headline, the level reached, and a row for each diagnostic, the worst first."""
    level = report.level
    lines = ["## binderlint", "", f"**Level reached: {level.value if level else 'none'}**: {REACHED[level]}.", ""]
    if not report.diagnostics:
        return "\n".join([*lines, "No problems found.", ""])
    lines += ["| | Where | Problem | What to do | Fix |", "| --- | --- | --- | --- | --- |"]
    worst_first = sorted(report.diagnostics, key=lambda found: (-found.severity, found.order))
    return "\n".join([*lines, *map(_row, worst_first), ""])


def refusal(message: str) -> str:
    """The summary of a run that checked nothing, and why."""
    return f"## binderlint\n\n**Not checked**: {markdown(message)}\n"


def _row(found: Diagnostic) -> str:
    rule = f"[{found.code} {found.name}]({found.url})"
    fix = FIXES[found.fix.applicability] if found.fix else ""
    problem = f"{markdown(found.message)} ({rule})"
    cells = (SIGNS[found.severity], code_span(str(found.place)), problem, markdown(found.help), fix)
    return f"| {' | '.join(map(table_cell, cells))} |"
