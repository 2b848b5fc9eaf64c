"""r-package-missing: A notebook loads a package of R that is not installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from binderlint.changes.edits import replace
from binderlint.changes.packages import add_package
from binderlint.facts.environment.channels import channel_list
from binderlint.facts.notebooks import r_markdown, shown_notebooks
from binderlint.facts.r_packages import (
    installed_r_packages,
    is_of_bioconductor,
    is_of_cran,
    may_come_along,
    right_name,
)
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.read.r_markdown import chunks
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text

_LOADS = regex(
    r"^[ \t]*(?:suppress\w+\(\s*)?library\(\s*([\"']?)([A-Za-z][\w.]*)\1\s*[,)](?![^\n]*character\.only)", re.MULTILINE
)
_INSTALLS = regex(r"install[._]|p_load|\bpak\b|renv::|source\(|tryCatch|try\(")


_Line = Callable[[int], Text | Place]


class RPackageMissing(Rule):
    code = "RLG011"
    severity = Severity.WARNING
    level = Level.RUN

    @about(installed_r_packages)
    def check(self, repo: Snapshot, there: frozenset[str]) -> Iterator[Diagnostic]:
        for page in shown_notebooks(repo):
            if page.language == "r":
                cells = [(cell.text, partial(_line, page, cell)) for cell in page.code]
                yield from self._missing(repo, cells, there, "cell")
        for source in r_markdown(repo):
            parts = [(str(chunk), partial(_line_of_chunk, chunk)) for chunk in chunks(source)]
            yield from self._missing(repo, parts, there, "chunk")

    def _missing(
        self, repo: Snapshot, parts: Sequence[tuple[str, _Line]], there: frozenset[str], called: str
    ) -> Iterator[Diagnostic]:
        """The packages that are not there, of a notebook as its parts and the place of each of their lines."""
        if any(_INSTALLS.search(text) for text, _ in parts):
            return
        told: set[str] = set()
        for text, place in parts:
            for found in _LOADS.finditer(text):
                package, key = found[2], found[2].lower()
                if right := right_name(package):
                    line = text.count("\n", 0, found.start(2)) + 1
                    yield self._misspelt(place(line), package, right, called)
                    continue
                if key in there or key in told or may_come_along(repo, key):
                    continue
                told.add(key)
                line = text.count("\n", 0, found.start(2)) + 1
                yield self.at(
                    place(line),
                    f"The R package `{package}` is not installed in this environment, so this {called} ends with an error",
                    help=_advice(repo, package, key),
                    fix=_fix(repo, key),
                    cause=f"{key} is not installed",
                )

    def _misspelt(self, where: Text | Place, package: str, right: str, called: str) -> Diagnostic:
        fix = None
        if isinstance(where, Text) and where.place.text == where and package in where:
            at = where.index(package)
            fix = Fix(f"Write `{right}`", (replace(where.part(at, at + len(package)), right),))
        return self.at(
            where,
            f"R has no package `{package}`: capital letters count, and its name is `{right}`, so this {called} ends with an error",
            help=f"Write `library({right})`",
            fix=fix,
        )


def _advice(repo: Snapshot, package: str, key: str) -> str:
    """How to install a package that CRAN has, that Bioconductor has, or of which that is not known."""
    if build_plan(repo).buildpack == Buildpack.CONDA:
        path, from_cran, from_bioconductor = "environment.yml", f"`r-{key}`", f"`bioconductor-{key}`"
        needs = "" if _has_bioconda(repo) else ", and the channel `bioconda` below `conda-forge`"
    else:
        path = build_plan(repo).path("install.R")
        from_cran, from_bioconductor = f'`install.packages("{package}")`', f'`BiocManager::install("{package}")`'
        needs = ', below `install.packages("BiocManager")`'
    if is_of_cran(key):
        return f"Add {from_cran} to {path}"
    if is_of_bioconductor(key):
        return f"Add {from_bioconductor} to {path}{needs}"
    return f"Add {from_cran} to {path} if CRAN has it. If Bioconductor has it, add {from_bioconductor}{needs}"


def _fix(repo: Snapshot, key: str) -> Fix | None:
    """The fix that adds a package, where it is certain how conda calls it: an environment with another name cannot be solved."""
    if build_plan(repo).buildpack != Buildpack.CONDA:
        return None
    if is_of_cran(key):
        return add_package(repo, "", f"r-{key}")
    return add_package(repo, "", f"bioconductor-{key}") if is_of_bioconductor(key) and _has_bioconda(repo) else None


def _has_bioconda(repo: Snapshot) -> bool:
    return "bioconda" in (channel_list(repo) or ())


def _line(page: PlainNotebook, cell: PlainCell, number: int) -> Text | Place:
    return page.line(cell.number, number)


def _line_of_chunk(chunk: Text, number: int) -> Place:
    before = sum(map(len, chunk.split("\n")[: number - 1])) + number - 1
    return chunk.part(before, chunk.index("\n", before)).trimmed().place
