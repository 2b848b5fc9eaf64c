"""cell-not-python: A code cell of a notebook, or a file that it imports, is not Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from binderlint.facts.environment.python import python_minor
from binderlint.facts.unreadable_cells import UnreadableCell, UnreadableFile, unreadable_code
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class CellNotPython(Rule):
    code = "NBK018"
    severity = Severity.WARNING
    level = Level.RUN

    @about(unreadable_code)
    def check(self, repo: Snapshot, code: tuple[UnreadableCell | UnreadableFile, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        for one in code:
            if isinstance(one, UnreadableFile):
                yield self.at(
                    next(islice(one.source.lines(), one.line - 1, None)),
                    f"Python {python_minor(repo)} cannot read this file, which `{one.page}` imports, so the import ends with a SyntaxError",
                    help="Correct the file. `python -m py_compile` reads it without running it, and says what is wrong",
                )
                continue
            if one.left_out:
                yield self.at(
                    one.page.line(one.number, one.line),
                    "Something is left out of this cell, so Python cannot read it, and a run of all cells stops here",
                    help="Where readers are to fill it in, give the cell the tag `raises-exception`: then a run of all cells goes on",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                    cause="cells with something left out",
                )
                continue
            yield self.at(
                one.page.line(one.number, one.line),
                "Python cannot read this cell, so it ends with a SyntaxError, and a run of all cells stops here",
                help="The code is R: choose the kernel R for the notebook and save it"
                + ("" if plan.r or plan.conda_r else ", and install R in the environment, with `r-irkernel`")
                if _is_r(one.page)
                else "Correct the code, or make it a Markdown cell. If the error is to be seen, give the cell the tag `raises-exception`",
            )


_OF_PYTHON = regex(r"^[ \t]*(?:import[ \t]|from[ \t]|%)", re.MULTILINE)
_OF_R = regex(r"^[ \t]*(?:library\(\s*[\"']?[A-Za-z][\w.]*[\"']?\s*\)|[A-Za-z][\w.]*[ \t]*<-[ \t]*\S)", re.MULTILINE)


def _is_r(page: PlainNotebook) -> bool:
    """Whether the code of a notebook for Python is R: it loads packages or assigns as R does, and imports nothing."""
    text = page.all_code
    return _OF_R.search(text) is not None and not _OF_PYTHON.search(text)
