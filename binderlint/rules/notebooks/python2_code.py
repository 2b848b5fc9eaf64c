"""python2-code: A notebook for Python 3 holds code of Python 2."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from binderlint.facts.local_modules import imported_files
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import python_2_line
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class Python2Code(Rule):
    code = "NBK008"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if not plan.transparent or plan.error or (plan.python and plan.python.version.startswith("2")):
            return
        seen: set[str] = set()
        for page in notebooks:
            if not page.is_python or page.kernel == "python2":  # notebook-kernel-missing
                continue
            yield from self._modules(repo, page, seen)
            for cell in page.code:
                if line := python_2_line(cell.text):
                    yield self.at(
                        page.line(cell.number, line),
                        "This is Python 2, but the notebook runs with Python 3, so this cell ends with a SyntaxError",
                        help="Change the code to Python 3 (`2to3` does most of it), run the notebook, and save it",
                    )
                    break

    def _modules(self, repo: Snapshot, page: PlainNotebook, seen: set[str]) -> Iterator[Diagnostic]:
        """The files of the repository that a notebook imports, each looked at once."""
        for source in imported_files(repo, page):
            if source.path in seen:
                continue
            seen.add(source.path)
            if line := python_2_line(source.text.removeprefix("\ufeff")):
                yield self.at(
                    next(islice(source.lines(), line - 1, None)),
                    f"This is Python 2, but `{page.source.path}`, which imports this file, runs with Python 3, so the import ends with a SyntaxError",
                    help="Change the file to Python 3 (`2to3` does most of it)",
                )
