"""repo2docker-error: repo2docker stops with an error before it builds anything."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.plans import build_error
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.plan import PlanError
from binderlint.snapshot import Snapshot


class Repo2dockerError(Rule):
    code = "LAY009"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_error)
    def check(self, repo: Snapshot, error: PlanError) -> Iterator[Diagnostic]:
        yield self.at(
            error.place,
            f"repo2docker stops with {error.type}: {error.message}".rstrip(".: \n"),
            help="Correct the file: nothing is built until this error is fixed",
            explained_in=(error.place.path,),
        )
