"""browser-only-module: A notebook imports a module that only exists in the browser."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.asked import asked_names
from binderlint.facts.local_modules import modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import imports
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# Modules of Pyodide and of JupyterLite's kernels, and the packages on PyPI that have one of the same name.
_ONLY_THERE = {
    "micropip": "micropip",
    "piplite": "piplite",
    "pyodide": "pyodide-py",
    "pyodide_js": "pyodide-py",
    "pyodide_kernel": "pyodide-kernel",
    "js": "js",
}
_HINT = regex(r"\b(?:micropip|piplite|pyodide(?:_js|_kernel)?|js)\b")


class BrowserOnlyModule(Rule):
    code = "NBK016"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.error or not plan.transparent:
            return
        pages = [page for page in notebooks if page.is_python and any(_HINT.search(cell.text) for cell in page.code)]
        asked = asked_names(repo) if pages else frozenset()
        for page in pages:
            yield from self._of(repo, page, asked)

    def _of(self, repo: Snapshot, page: PlainNotebook, asked: frozenset[str]) -> Iterator[Diagnostic]:
        local = modules_in(repo, page.source.folder)
        installed = {name for name in _ONLY_THERE.values() if any(f"install {name}" in one.text for one in page.code)}
        for cell in page.code:
            if not _HINT.search(cell.text) or "raises-exception" in str(cell.data.get("metadata")):
                continue
            for one in imports(cell.text):
                package = _ONLY_THERE.get(one.name)
                if package is None or one.name in local or package in asked | installed:
                    continue
                yield self.at(
                    page.line(cell.number, one.line),
                    f"`{one.name}` only exists in the browser (Pyodide, JupyterLite). Binder's Python does not have it, so this cell ends with an error",
                    help='List the packages in the environment file, and put what JupyterLite needs under `if sys.platform == "emscripten":`',
                )
                return
