"""jsonl: the document of `json` on one line, a line for each repository."""

from __future__ import annotations

from binderlint.lint.report import Report
from binderlint.reporters.json import document, dumps
from binderlint.style import Style


def render(report: Report, style: Style) -> str:
    """The report as one line."""
    return one_line(dumps(document(report)))


def one_line(document: str) -> str:
    """A document that `dumps` has made, on one line: in the text of JSON a line can only end between values."""
    return " ".join(line.strip() for line in document.splitlines()) + "\n"
