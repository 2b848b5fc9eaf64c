"""csv: a line for each repository, for spreadsheets. None of its cells is a formula, whatever a repository is called."""

from __future__ import annotations

import io
from collections.abc import Iterable

from binderlint.escapes import printable
from binderlint.lint.diagnostic import Level
from binderlint.pattern import regex
from binderlint.reporters.overview import Row

# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"), the wide forms included. Which character
# parts cells depends on the language of the computer, and a quote that opens in the middle of a cell protects nothing.
_FORMULA = regex(r"(^|[,;|])([\s'\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_COLUMNS = (
    "repository",
    "commit",
    "buildpack",
    "versions",
    *(level.value for level in Level),
    "errors",
    "warnings",
    "infos",
    "suppressed",
    "fixable",
    "fixable_unsafe",
    "reason",
)


def head() -> str:
    """The line with the names of the columns."""
    return _line(_COLUMNS)


def line(row: Row) -> str:
    """The line of a repository."""
    numbers = (row.errors, row.warnings, row.infos, row.suppressed, row.fixable, row.fixable_unsafe)
    return _line(
        (
            row.repository,
            row.commit,
            row.buildpack,
            row.versions,
            *(row.outcome(level) for level in Level),
            *("" if row.failure else str(number) for number in numbers),
            row.reason,
        )
    )


def _line(cells: Iterable[str]) -> str:
    import csv

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(_cell, cells))
    return text.getvalue()


def _cell(text: str) -> str:
    """Text that is shown as text: an apostrophe is put before what would begin a formula."""
    return _FORMULA.sub(r"\1\2'", printable(text))
