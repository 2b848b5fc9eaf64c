"""python-eol: The pinned Python is no longer maintained."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.asked import asked_packages
from binderlint.facts.for_binder import has_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.ends import ended_releases
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.plan import DEFAULT_PYTHON, Plan
from binderlint.snapshot import Snapshot
from binderlint.today import month_of, today


class PythonEol(Rule):
    code = "PIN004"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        python = plan.python
        if python is None or python.place is None or plan.error or python.version == DEFAULT_PYTHON:
            return
        past = ended_releases("python", today()).get(python.version)
        if past is None:
            return
        counted = [
            one
            for packages in asked_packages(repo)
            for one in packages
            if one.key not in ("python", "pip", "nodefaults")
        ]
        archive = bool(counted) and not any(one.weight for one in counted)
        server = ", and packages no longer support it"
        if plan.separate_kernel:
            server = ", packages no longer support it, and the kernel runs beside a server on another Python"
        yield self.at(
            python.place,
            f"Python {python.version} has had no fixes since {month_of(past.day)}{server}",
            help=f"Move to a newer Python and test the {'notebooks' if has_notebooks(repo) else 'code'} with it",
            severity=Severity.INFO if archive else Severity.WARNING,
        )
