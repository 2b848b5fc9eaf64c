"""several: what each format says before, of, and after many repositories. Every part names its repository."""

from __future__ import annotations

from collections.abc import Sequence

from binderlint.escapes import code_span, printable
from binderlint.lint.report import Report
from binderlint.reporters import overview, render
from binderlint.reporters.overview import Row
from binderlint.style import Style


def before(format: str) -> str:
    """What comes first."""
    if format != "csv":
        return ""
    from binderlint.reporters.csv import head

    return head()


def each(format: str, report: Report, row: Row, style: Style) -> str:
    """What is said of a repository."""
    match format:
        case "csv":
            from binderlint.reporters.csv import line

            return line(row)
        case "overview":
            return ""
        case "json":
            return render("jsonl", report, style)
        case "markdown":
            return _headed(render(format, report, style), row)
        case "full" | "concise":
            return f"{style.paint('bold', printable(row.repository))}\n{render(format, report, style)}\n"
    return render(format, report, style)


def failed(format: str, row: Row, style: Style) -> str:
    """What is said of a repository that was not looked at. In text the overview says it, and standard error has."""
    match format:
        case "csv":
            from binderlint.reporters.csv import line

            return line(row)
        case "json" | "jsonl":
            report = Report(repository=row.repository, failure=row.failure, unjudged=row.failure)
            return render("jsonl", report, style)
        case "github":
            from binderlint.reporters import github

            return github.refusal(f"{row.repository}: {row.failure}")
        case "markdown":
            from binderlint.reporters import markdown

            return _headed(markdown.refusal(row.failure), row)
    return ""


def after(format: str, rows: Sequence[Row], style: Style) -> str:
    """What comes last: the overview, in the formats for people."""
    if format == "markdown":
        return overview.render_markdown(rows)
    return overview.render(rows, style) if format in ("full", "concise", "overview") else ""


def _headed(text: str, row: Row) -> str:
    return f"## binderlint: {code_span(row.repository)}\n{text.removeprefix('## binderlint')}\n".replace(
        "\n\n\n", "\n\n"
    )
