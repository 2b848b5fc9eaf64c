"""Unreadable cells: the code cells of notebooks, and the files that they import, that the Python of their kernel cannot read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.environment.python import python_minor
from binderlint.facts.local_modules import imported_files
from binderlint.facts.notebooks import for_ipython, shown_notebooks
from binderlint.pattern import regex
from binderlint.read.cells import parse_python, python_2_line, refused_line, unreadable_line
from binderlint.read.digits import release
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.values import NamedTuple

# The error of such a cell, where it is saved with it.
_ERRORS = ("SyntaxError", "IndentationError", "TabError")
_LOADS = regex(r"^\s*%(?:re)?load_ext\s+(?:[\w.]+\.)?(\w+)", re.MULTILINE)
_TEMPLATE = regex(r"\{\{[ \t]*[\w.]+[ \t]*(?:\||\}\})|\{%[-\s]")
_NAME = regex(r"\w+(?=[^\n]*$)")


class UnreadableCell(NamedTuple):
    """The first cell of a notebook that Python cannot read: its number, the line in it, and whether something is left out there on purpose."""

    page: PlainNotebook
    number: int
    line: int
    left_out: bool = False


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
        if for_ipython(page):
            loaded = frozenset(
                name for cell in page.code if "load_ext" in cell.text for name in _LOADS.findall(cell.text)
            )
            lines = ((cell, _line(cell)) for cell in page.code if not _is_magic(cell, loaded))
            first = next(((cell.number, line) for cell, line in lines if line), None)
            if first and not any(python_2_line(cell.text) for cell in page.code):
                found.append(UnreadableCell(page, *first))
    return tuple(found)


def _left_out(repo: Snapshot, found: frozenset[str]) -> Iterator[UnreadableCell]:
    """The first cell that something is left out of, of each notebook for IPython but some."""
    for page in shown_notebooks(repo):
        if for_ipython(page) and page.source.path not in found:
            lines = ((cell.number, _line(cell, left_out=True)) for cell in page.code)
            first = next(((number, line) for number, line in lines if line), None)
            if first and not any(python_2_line(cell.text) for cell in page.code):
                yield UnreadableCell(page, *first, left_out=True)


class UnreadableFile(NamedTuple):
    """A file of the repository that Python cannot read, the line at which it stops, and the path of the first notebook that imports it."""

    source: Source
    line: int
    page: str


@fact
def unreadable_code(repo: Snapshot) -> tuple[UnreadableCell | UnreadableFile, ...]:
    """The cells, and the files that notebooks import; none of Python 2 (python2-code)."""
    plan, python = build_plan(repo), python_minor(repo)
    if not plan.transparent or plan.error or plan.separate_kernel or not python:
        return ()
    found: dict[str, UnreadableFile] = {}
    for page in shown_notebooks(repo):
        for source in imported_files(repo, page) if for_ipython(page) else ():
            text = source.text.removeprefix("\ufeff")
            if source.path not in found and parse_python(text) is None and not python_2_line(text):
                if line := refused_line(text, python):
                    found[source.path] = UnreadableFile(source, line, page.source.path)
    cells = unreadable_cells(repo)
    return (*cells, *_left_out(repo, frozenset(one.page.source.path for one in cells)), *found.values())


def _is_magic(cell: PlainCell, loaded: frozenset[str]) -> bool:
    """Whether a cell is one line that begins with the name of an extension that is loaded: IPython runs the magic of this name, without a `%` too."""
    name = _NAME.match(cell.text.strip())
    return name is not None and name[0] in loaded


def _line(cell: PlainCell, left_out: bool = False) -> int:
    """The line at which Python stops, 0 for none; a cell whose error is saved or expected shows it on purpose."""
    if "raises-exception" in str(cell.data.get("metadata")) or not (line := unreadable_line(cell.text, left_out)):
        return 0
    if "{" in cell.text and _TEMPLATE.search(cell.text):
        return 0  # a program fills it in
    return 0 if any(name in str(cell.data.get("outputs")) for name in _ERRORS) else line
