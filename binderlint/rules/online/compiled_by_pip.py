"""compiled-by-pip: PyPI has a version ready-made only for other Pythons, so pip compiles it."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.environment.python import python_minor
from binderlint.facts.online import chosen_versions
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Web


class CompiledByPip(Rule):
    code = "ONL003"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        python = python_minor(repo)
        for one, choice in chosen_versions(repo):
            if choice.compiled:
                yield self.at(
                    one.text,
                    f"PyPI has no ready-made `{one.name}` {choice.taken} for Python {python}, which Binder uses here. pip compiles it, which takes long and often fails",
                    help=f"Use a version that is ready-made for Python {python}, such as {choice.ready}, or a Python of that time"
                    if choice.ready
                    else "Use a Python for which it is ready-made",
                )
