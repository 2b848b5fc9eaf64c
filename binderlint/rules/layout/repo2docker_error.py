"""repo2docker-error: repo2docker stops with an error before it builds anything."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class Repo2dockerError(Rule):
    code = "LAY009"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        error = build_plan(repo).error
        if not error:
            return
        yield self.at(
            error.place,
            f"repo2docker stops with {error.type}: {error.message}".rstrip(".: \n"),
            help="Correct the file: nothing is built until this error is fixed",
            explained_in=(error.place.path,),
        )
