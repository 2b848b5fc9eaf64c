"""text-notebook-without-jupytext: Notebooks are written as text, and Jupytext, which opens them, is not installed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.launch.interfaces import written_configuration
from binderlint.facts.launch.refs import opening_here
from binderlint.facts.notebooks import shown_notebooks, text_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text


class TextNotebookWithoutJupytext(Rule):
    code = "NBK012"
    severity = Severity.WARNING
    level = Level.RUN
    needs_git = True

    @about(text_notebooks)
    def check(self, repo: Snapshot, sources: tuple[Source, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.error or plan.default or not plan.transparent or "jupytext" in written_configuration(repo):
            return
        opened = _opened(repo)
        for source in sources if not shown_notebooks(repo) else (one for one in sources if one.path in opened):
            yield self.at(
                opened.get(source.path, source),
                f"`{source.name}` is a notebook written as text. Without Jupytext in the environment, Jupyter shows the text and nothing can be run",
                help="Add `jupytext` to the environment",
                cause="no Jupytext",
            )


def _opened(repo: Snapshot) -> dict[str, Text]:
    """The files that launch links open, and where the links say so."""
    found = {}
    for link in opening_here(repo):
        target = link.address.target
        if target and isinstance(target.value, Text):
            found[link.address.opens[1].strip("/")] = target.value
    return found
