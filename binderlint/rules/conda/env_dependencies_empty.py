"""env-dependencies-empty: `dependencies:` in environment.yml has nothing under it."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import set_key
from binderlint.facts.environment.mapping import environment_mapping
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Scalar, Table


class EnvDependenciesEmpty(Rule):
    code = "CND005"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(environment_mapping)
    def check(self, repo: Snapshot, environment: Table) -> Iterator[Diagnostic]:
        value = environment.get("dependencies")
        if not isinstance(value, Scalar):
            return
        fix = (
            Fix("Make it an empty list", (set_key(environment, "dependencies", "[]"),)) if value.value is None else None
        )
        yield self.at(
            environment.key("dependencies"),
            "`dependencies` has no list of packages, so repo2docker stops with an error before it builds anything",
            help="List the packages below it, each as `  - name`, or use `dependencies: []`",
            fix=fix,
        )
