"""notebook-execution-order: The cells of a notebook were not run from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot


class NotebookExecutionOrder(Rule):
    code = "NBK003"
    severity = Severity.INFO
    level = Level.POLISH

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        for one in notebooks:
            before = 0
            for cell in one.code:
                count = cell.data.get("execution_count")
                if not isinstance(count, int) or count < 1:  # Google Colab writes 0 for a cell that it has not counted
                    continue
                if count < before:
                    found = one.cell(cell.number)
                    where = found.data.get("execution_count") if found else None
                    place = where.place._replace(cell=(cell.number, 1)) if where else one.source.place()
                    yield self.at(
                        place,
                        f"This cell (`[{count}]`) was run before one above it (`[{before}]`), so running from top to bottom may give different outputs",
                        help="Restart the kernel, run all cells, and save",
                        cause="cells out of order",
                    )
                    break
                before = count
