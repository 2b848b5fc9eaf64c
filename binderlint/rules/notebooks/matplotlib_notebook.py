"""matplotlib-notebook: A notebook asks for plots that JupyterLab does not show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.environment.jupyter_stack import may_be_older_in_session
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot

_MAGIC = regex(r"^[ \t]*%(?:matplotlib[ \t]+(?:notebook|nbagg)|pylab[ \t]+notebook)\b", re.MULTILINE)


class MatplotlibNotebook(Rule):
    code = "NBK014"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        if may_be_older_in_session(repo, "notebook", (7,)):
            return
        for page in notebooks:
            if not page.is_python:
                continue
            for cell in page.code:
                if found := _MAGIC.search(cell.text) if "%" in cell.text else None:
                    line = cell.text.count("\n", 0, found.start()) + 1
                    yield self.at(
                        page.line(cell.number, line),
                        f"`{found[0].strip()}` needs the classic Notebook, which Binder does not have any more: JupyterLab and Notebook 7 show an error instead of the plot",
                        help="Use `%matplotlib widget`, with ipympl in the environment, or `%matplotlib inline` for plots that do not move",
                        cause="matplotlib notebook",
                    )
                    break
