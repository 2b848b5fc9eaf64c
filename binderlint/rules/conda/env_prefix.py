"""env-prefix: environment.yml contains a `prefix`."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import remove_key
from binderlint.facts.environment.mapping import environment_mapping
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Table


class EnvPrefix(Rule):
    code = "CND001"
    severity = Severity.INFO
    level = Level.POLISH

    @about(environment_mapping)
    def check(self, repo: Snapshot, environment: Table) -> Iterator[Diagnostic]:
        if "prefix" in environment:
            yield self.at(
                environment.key("prefix"),
                "`prefix` is a folder on the author's computer. Binder ignores it",
                help="Remove the line",
                fix=Fix("Remove `prefix`", (remove_key(environment, "prefix"),)),
            )
