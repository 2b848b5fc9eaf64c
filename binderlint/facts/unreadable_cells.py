"""Unreadable cells: the code cells of notebooks that the Python of their kernel cannot read."""

from __future__ import annotations

import sys

from binderlint.fact import fact
from binderlint.facts.environment.python import python_minor
from binderlint.facts.notebooks import shown_notebooks
from binderlint.read.cells import python_2_line, unreadable_line
from binderlint.read.digits import release
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

# The error of such a cell, where it is saved with it.
_ERRORS = ("SyntaxError", "IndentationError", "TabError")


class UnreadableCell(NamedTuple):
    """The first cell of a notebook that Python cannot read: its number and the line in it."""

    page: PlainNotebook
    number: int
    line: int


@fact
def unreadable_cells(repo: Snapshot) -> tuple[UnreadableCell, ...]:
    """The first such cell of each notebook for IPython that has one; none where nothing is certain about the Python, and none of Python 2 (python2-code)."""
    plan, python = build_plan(repo), python_minor(repo)
    if not plan.transparent or plan.error or plan.separate_kernel or not python:
        return ()
    if release(python)[:2] > sys.version_info[:2]:  # it reads more
        return ()
    found: list[UnreadableCell] = []
    for page in shown_notebooks(repo):
        if page.is_python and (
            page.kernel in ("", "python", "python3", "ipykernel") or page.kernel.startswith("conda")
        ):
            first = next(((cell.number, line) for cell in page.code if (line := _line(cell))), None)
            if first and not any(python_2_line(cell.text) for cell in page.code):
                found.append(UnreadableCell(page, *first))
    return tuple(found)


def _line(cell: PlainCell) -> int:
    """The line at which Python stops, 0 for none; a cell whose error is saved or expected shows it on purpose."""
    if "raises-exception" in str(cell.data.get("metadata")) or not (line := unreadable_line(cell.text)):
        return 0
    return 0 if any(name in str(cell.data.get("outputs")) for name in _ERRORS) else line
