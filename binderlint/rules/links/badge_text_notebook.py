"""badge-text-notebook: A launch link opens a notebook that is written as text, and JupyterLab shows the text."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.launch.interfaces import written_configuration
from binderlint.facts.launch.refs import opening_here
from binderlint.facts.notebooks import text_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text


class BadgeTextNotebook(Rule):
    code = "LNK028"
    severity = Severity.INFO
    level = Level.POLISH
    needs_git = True

    @about(text_notebooks)
    def check(self, repo: Snapshot, sources: tuple[Source, ...]) -> Iterator[Diagnostic]:
        if "jupytext" not in written_configuration(repo):
            return  # text-notebook-without-jupytext
        paths = {source.path for source in sources}
        for link in opening_here(repo):
            page, path = link.address.opens
            target = link.address.target
            if (
                page in ("lab/tree", "doc/tree")
                and path.strip("/") in paths
                and target
                and isinstance(target.value, Text)
            ):
                yield self.at(
                    target.value,
                    f"JupyterLab opens `{path.strip('/')}` in its editor, as text: Jupytext makes a notebook of it only when a visitor asks for one",
                    help="Open a notebook with the ending .ipynb, or tell visitors to right-click the file and to choose Open With > Notebook",
                )
