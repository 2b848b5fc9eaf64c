"""cell-not-python: A code cell of a notebook is not Python."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.unreadable_cells import UnreadableCell, unreadable_cells
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class CellNotPython(Rule):
    code = "NBK018"
    severity = Severity.WARNING
    level = Level.RUN

    @about(unreadable_cells)
    def check(self, repo: Snapshot, cells: tuple[UnreadableCell, ...]) -> Iterator[Diagnostic]:
        for one in cells:
            yield self.at(
                one.page.line(one.number, one.line),
                "Python cannot read this cell, so it ends with a SyntaxError, and a run of all cells stops here",
                help="Correct the code, or make it a Markdown cell. If the error is to be seen, give the cell the tag `raises-exception`",
            )
