"""env-yaml-extension: Only the newest repo2docker knows environment.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.named import naming
from binderlint.facts.rare_files import yaml_environment
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class EnvYamlExtension(Rule):
    code = "LAY011"
    severity = Severity.INFO
    level = Level.POLISH

    @about(yaml_environment)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if used_file(repo, "environment.yaml") is not source or plan.buildpack == Buildpack.DOCKER:  # which names it
            return
        if source.name != "environment.yaml" or repo.exists(plan.path("environment.yml")):
            return
        to = plan.path("environment.yml")
        named = any(naming(repo, source.name, source.path))
        yield self.at(
            source,
            "Only repo2docker 2026.4 and later read `environment.yaml`. A hub with an older version ignores this file",
            help="Rename it to `environment.yml`",
            fix=Fix(
                "Rename `environment.yaml` to `environment.yml`",
                (Rename(source.path, to),),
                Applicability.UNSAFE if named else Applicability.SAFE,
            ),
        )
