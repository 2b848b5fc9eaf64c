"""environment-split: Two files list a package in versions that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs, environment_file
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import can_agree, conda_test, pip_test
from binderlint.read.packages import pip_name
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class EnvironmentSplit(Rule):
    code = "CND018"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(environment_file)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:

        plan = build_plan(repo)
        python = plan.python.version if plan.python else ""
        known = {pip_name(spec.name): (spec.text, conda_test(spec)) for spec in conda_specs(repo)}
        requirements = pip_requirements(repo)
        for wanted in requirements:
            if wanted.array is not None and not wanted.url:
                known.setdefault(wanted.key, (wanted.text, pip_test(wanted)))
        for wanted in requirements:
            if wanted.text.place.path == source.path or wanted.url or not wanted.key or not wanted.specifier:
                continue
            if wanted.key in known and wanted.applies(python):
                text, test = known[wanted.key]
                if not can_agree(test, pip_test(wanted)):
                    yield self.at(
                        wanted.text,
                        f"environment.yml requires `{text}` and this file `{wanted.text}`. No version matches both: the one installed last wins, or pip stops",
                        help="List the package in only one of the two files",
                    )
