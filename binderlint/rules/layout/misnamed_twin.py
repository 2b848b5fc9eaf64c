"""misnamed-twin: Two configuration files have the same name but for capital letters."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.named import naming
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.text import same_lines
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import meant
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR


class MisnamedTwin(Rule):
    code = "LAY021"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        for path in repo.list(repo.resolve(plan.binder_dir) or ""):
            source = repo.sources[path]
            right = meant(source.name) or ""
            if right.lower() != source.name.lower() or source.mode not in (REGULAR, EXECUTABLE):
                continue
            twin = repo.get(plan.path(right))
            if (
                twin is None
                or twin is source
                or not plan.uses(plan.path(right))
                or any(naming(repo, source.name, path))
            ):
                continue
            same = same_lines(source, twin)
            move = "" if same else f"Move what is missing to `{right}`. "
            yield self.at(
                source,
                f"Binder reads `{right}` and ignores this file, "
                + ("which says the same" if same else "which says something else")
                + ". On a Mac or on Windows only one of the two can be checked out",
                help=f"{move}Remove this file from git: `git rm --cached {path}`",
            )
