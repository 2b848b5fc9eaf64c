"""compiled-by-pip: PyPI has a version ready-made only for other Pythons, so pip compiles it."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.environment.python import python_minor, python_releases
from binderlint.facts.online import index_requirements
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.index import choose
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web


class CompiledByPip(Rule):
    code = "ONL003"
    severity = Severity.WARNING
    level = Level.LAUNCH
    needs_web = True

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        python, releases = python_minor(repo), python_releases(repo)
        for one in index_requirements(repo) if releases else ():
            answer = web.answer(Kind.PACKAGE, one.key)
            choice = choose(one.key, answer.files, one.specifier, python, releases[0]) if answer else None
            if choice and choice.compiled:
                yield self.at(
                    one.text,
                    f"PyPI has no ready-made `{one.name}` {choice.taken} for Python {python}, which Binder uses here. pip compiles it, which takes long and often fails",
                    help=f"Use a version that is ready-made for Python {python}, such as {choice.ready}, or a Python of that time"
                    if choice.ready
                    else "Use a Python for which it is ready-made",
                )
