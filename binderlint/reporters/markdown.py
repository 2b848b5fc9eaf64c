"""markdown: a table for the summary of a job or the text of an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Severity
from binderlint.reporters.concise import REACHED
from binderlint.style import Style, printable

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
    return f"## binderlint\n\n**Not checked**: {_cell(message)}\n"


def _row(found: Diagnostic) -> str:
    rule = f"[{found.code} {found.name}]({found.url})"
    fix = FIXES[found.fix.applicability] if found.fix else ""
    cells = (SIGNS[found.severity], f"`{found.place}`", f"{found.message} ({rule})", found.help, fix)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """Text for a cell: `<` starts no HTML, but for code, which shows it as it is; a `|` ends no cell."""
    pieces = printable(text).replace("|", "\\|").replace("\n", " ").split("`")
    return "`".join(piece if number % 2 else piece.replace("<", "&lt;") for number, piece in enumerate(pieces))
