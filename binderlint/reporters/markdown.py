"""markdown: a table for the summary of a job or the text of an issue."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from binderlint.escapes import code_span, markdown, table_cell
from binderlint.lint.diagnostic import Applicability, Diagnostic, Severity
from binderlint.lint.report import Finding, Report
from binderlint.lint.verdict import Outcome, stakes, verdict
from binderlint.lint.wording import counted
from binderlint.reporters.concise import fixable, found_in_all
from binderlint.reporters.full import NOT_MEANT
from binderlint.reporters.hidden import notes
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
    """A headline, what Binder does, the verdict, what is hidden and by what, and a table under each heading, the worst first."""
    lines = ["## binderlint", ""]
    lines += [markdown(said) for said in (report.outlook, "" if report.for_binder else NOT_MEANT) if said]
    lines += ["", *_verdict(report), ""]
    if told := [sentence for _, sentences in notes(report) for sentence in sentences]:
        lines += [*(f"- {markdown(sentence)}." for sentence in told), ""]
    lines.append(f"{found_in_all(report)}." + (f" {fixes}." if (fixes := fixable(report)) else ""))
    room, left = ROOM, 0
    for heading, found in stakes(report):
        rows = [_row(one) for one in found]
        sizes = list(accumulate(len(row.encode()) + 1 for row in rows))
        shown = sum(1 for size in sizes if size <= room)
        left += len(rows) - shown
        room -= sizes[shown - 1] if shown else 0
        if shown:
            lines += ["", f"### {heading} ({len(found)})", "", *_HEAD, *rows[:shown]]
    if left:
        lines += [
            "",
            f"{counted(left, 'more problem', 'more problems')} {'does' if left == 1 else 'do'} not fit in here: see `--output json`.",
        ]
    return "\n".join([*lines, ""])


_HEAD = ("| | Where | Problem | What to do | Fix |", "| --- | --- | --- | --- | --- |")
_SIGNS = {Outcome.FAILS: "❌", Outcome.PROBLEMS: "⚠️", Outcome.NOTHING_FOUND: "✅", Outcome.NOT_JUDGED: "❔"}


def _verdict(report: Report) -> Iterator[str]:
    for level, outcome, words in verdict(report):
        said = f"not judged: {words}" if outcome is Outcome.NOT_JUDGED else words
        yield f"- {_SIGNS[outcome]} **{level.value}**: {markdown(said)}"


def refusal(message: str) -> str:
    """The summary of a run that checked nothing, and why."""
    return f"## binderlint\n\n**Not checked**: {markdown(message)}\n"


def _row(finding: Finding) -> str:
    found = finding.first
    rule = f"[{found.code} {found.name}]({found.url})"
    fix = FIXES[found.fix.applicability] if found.fix else ""
    known = _known(found)
    problem = f"{markdown(found.message, known)} ({rule})"
    where = code_span(str(found.place)) + (
        f" and {counted(len(finding.others), 'other place')}" if finding.others else ""
    )
    cells = (SIGNS[found.severity], where, problem, markdown(found.help, known), fix)
    return f"| {' | '.join(map(table_cell, cells))} |"


def _known(found: Diagnostic) -> str:
    """Where a message has its values from, mostly: the path, and the first line of the place."""
    source, line = found.place.source, found.place.source.line(found.place.line)
    return f"{found.path}\n{source.text[line.start : min(line.end, line.start + 10_000)]}"
