"""r-package-missing: A notebook loads a package of R that is not installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.packages import add_package
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.r_packages import installed_r_packages, may_come_along
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

_LOADS = regex(
    r"^[ \t]*(?:suppress\w+\(\s*)?library\(\s*([\"']?)([A-Za-z][\w.]*)\1\s*[,)](?![^\n]*character\.only)", re.MULTILINE
)
_INSTALLS = regex(r"install[._]|p_load|\bpak\b|renv::|source\(|tryCatch|try\(")


class RPackageMissing(Rule):
    code = "RLG011"
    severity = Severity.WARNING
    level = Level.RUN

    @about(installed_r_packages)
    def check(self, repo: Snapshot, there: frozenset[str]) -> Iterator[Diagnostic]:
        conda = build_plan(repo).buildpack == Buildpack.CONDA
        for page in shown_notebooks(repo):
            if page.language != "r" or any(_INSTALLS.search(cell.text) for cell in page.code):
                continue
            yield from self._missing(repo, page, there, conda)

    def _missing(self, repo: Snapshot, page: PlainNotebook, there: frozenset[str], conda: bool) -> Iterator[Diagnostic]:
        told: set[str] = set()
        for cell in page.code:
            for found in _LOADS.finditer(cell.text):
                package, key = found[2], found[2].lower()
                if key in there or key in told or may_come_along(repo, key):
                    continue
                told.add(key)
                line = cell.text.count("\n", 0, found.start(2)) + 1
                yield self.at(
                    page.line(cell.number, line),
                    f"The R package `{package}` is not installed in this environment, so this cell ends with an error",
                    help=f"Add `r-{key}` to environment.yml"
                    if conda
                    else f'Add `install.packages("{package}")` to {build_plan(repo).path("install.R")}',
                    fix=add_package(repo, f"r-{key}", f"r-{key}") if conda else None,
                    cause=f"{key} is not installed",
                )
