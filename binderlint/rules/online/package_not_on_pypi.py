"""package-not-on-pypi: PyPI has no package of this name."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.online import index_requirements
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web


class PackageNotOnPypi(Rule):
    code = "ONL001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for one in index_requirements(repo):
            if web.lacks(Kind.PACKAGE, one.key):
                yield self.at(
                    one.text,
                    f"PyPI has no package `{one.name}`, so pip cannot install it and the build stops",
                    help="Correct the name, or say where the package is, as in `name @ git+https://github.com/owner/name`",
                )
