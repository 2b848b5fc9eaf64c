"""dual-env-extension: There are an environment.yml and an environment.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.rare_files import yaml_environment
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Delete, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.text import same_lines
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class DualEnvExtension(Rule):
    code = "LAY010"
    severity = Severity.ERROR
    level = Level.RUN

    @about(yaml_environment)
    def check(self, repo: Snapshot, other: Source) -> Iterator[Diagnostic]:
        plan, used = build_plan(repo), used_file(repo, "environment.yml")
        if not used or used is other or plan.uses(plan.path("environment.yaml")):
            return
        same = same_lines(used, other)
        yield self.at(
            other,
            "Binder reads `environment.yml` and ignores this file, "
            + ("which says the same" if same else "so what is listed only here is not installed"),
            help="Remove this file" if same else "Move what is missing to environment.yml, and remove this file",
            fix=Fix("Remove the copy", (Delete(other.path),)) if same else None,
        )
