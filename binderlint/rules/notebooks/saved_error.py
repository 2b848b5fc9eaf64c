"""saved-error: A notebook is saved with the error in which one of its cells ended."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.snapshot import Snapshot

# Errors of the code itself. Those of a computer, a service or a file, of packages that are not installed and of code that is no Python are for other rules, or say nothing about Binder.
_OF_CODE = frozenset(
    [
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "IndexError",
        "KeyError",
        "NameError",
        "NotImplementedError",
        "OverflowError",
        "RecursionError",
        "TypeError",
        "UnboundLocalError",
        "ValueError",
        "ZeroDivisionError",
    ]
)
_LONGEST = 80
_COLOUR = regex(r"\x1b\[[\d;]*m")


class SavedError(Rule):
    code = "NBK020"
    severity = Severity.INFO
    level = Level.POLISH

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        for page in notebooks:
            for cell in page.code if page.is_python else ():
                if error := _saved_error(cell):
                    yield self.at(
                        page.line(cell.number, 1),
                        f"This cell ended with `{error}` when it was last run. Where it still does, a run of all cells stops here",
                        help="Correct the cell, run the notebook and save it. If the error is to be seen, give the cell the tag `raises-exception`: then a run of all cells goes on",
                        cause="errors saved in notebooks",
                    )
                    break


def _saved_error(cell: PlainCell) -> str:
    """The error that the output of a cell shows, and that the cell is not meant to end with; empty for none."""
    outputs = cell.data.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if not isinstance(output, dict) or output.get("output_type") not in ("error", "pyerr"):
            continue
        name, words = output.get("ename"), output.get("evalue")
        if not isinstance(name, str) or "raises-exception" in str(cell.data.get("metadata")):
            continue
        if name in _OF_CODE or f"raise {name}" in cell.text:
            line = _COLOUR.sub("", words).strip().partition("\n")[0].replace("`", "'") if isinstance(words, str) else ""
            return f"{name}: {line[:_LONGEST]}{'…' if len(line) > _LONGEST else ''}" if line else name
    return ""
