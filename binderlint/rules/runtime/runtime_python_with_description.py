"""runtime-python-with-description: A Python version in runtime.txt stops the build of an R package."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.plans import r_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class RuntimePythonWithDescription(Rule):
    code = "RUN005"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(r_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        runtime = runtime_file(repo)
        if runtime is None or runtime.error:
            return
        if runtime.name != "python" or runtime.version is None or runtime.date:
            return
        by_chance = runtime.version in ("3.5", "3.6", "3.4", "3.3")
        yield self.at(
            runtime.version,
            f"DESCRIPTION makes this an R repository, and Binder treats `{runtime.version}` as the version of R: "
            + ("it installs an R of that old version" if by_chance else "there is no such version, so the build stops"),
            help="Use `r-4.4-` and a date (as `r-4.4-2025-01-15`), or move Binder's files to a folder `binder`, where DESCRIPTION does not count",
            severity=Severity.WARNING if by_chance else Severity.ERROR,
            level=Level.RUN if by_chance else None,
        )
