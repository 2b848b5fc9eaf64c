"""julia-package-missing: A notebook uses a Julia package that Project.toml does not list."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.data import listed_words
from binderlint.facts.julia import read_project
from binderlint.facts.notebooks import julia_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.actions import CODE_INSTALLS
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

_USING = regex(r"(?:using|import)[ \t]+([A-Z]\w*(?:[ \t]*,[ \t]*[A-Z]\w*)*)(?=[ \t]*(?:[:;#.\r]|as\b|$))")
# What may bring modules that are no packages, or packages in the language of Pkg's own prompt.
_MAY_BRING = regex(
    r"^[ \t]*\]|\bpkg\"|\binclude\(|\bLOAD_PATH\b|\bmodule[ \t]",
    re.MULTILINE,
)


class JuliaPackageMissing(Rule):
    code = "JUL007"
    severity = Severity.WARNING
    level = Level.RUN

    @about(julia_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        project = read_project(repo)
        deps = project.data.get("deps", {}) if project and project.data else None
        if project is None or not isinstance(deps, dict) or build_plan(repo).post_build or project.source.folder:
            return
        there = {*deps, str(project.data.get("name", "")), *listed_words("julia_stdlib.txt")}
        for page in notebooks:
            texts = [cell.text for cell in page.code]
            brings = any(CODE_INSTALLS.search(text) or _MAY_BRING.search(text) for text in texts)
            if brings or _has_project(repo, page):
                continue
            told: set[str] = set()
            for cell in page.code:
                for number, line in enumerate(cell.text.split("\n"), 1):
                    found = _USING.match(line)
                    for name in re.split(r"[ \t]*,[ \t]*", found[1]) if found else ():
                        if name not in there | told:
                            told.add(name)
                            yield self.at(
                                page.line(cell.number, number),
                                f"`{name}` is not in `{project.source.path}`, so Julia does not find it and this cell ends with an error",
                                help=f"Add it to the project: `julia --project -e 'using Pkg; Pkg.add(\"{name}\")'`",
                                cause=f"{name} is not installed",
                            )


def _has_project(repo: Snapshot, page: PlainNotebook) -> bool:
    """Whether a folder between the root and a notebook has a project of its own, which Julia's kernel takes (`--project=@.`)."""
    folder = page.source.folder
    while folder:
        if repo.get(f"{folder}/Project.toml") or repo.get(f"{folder}/JuliaProject.toml"):
            return True
        folder = posixpath.dirname(folder)
    return False
