"""two-r-installations: conda installs a second R in an R repository."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.plans import r_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class TwoRInstallations(Rule):
    code = "CND019"
    severity = Severity.WARNING
    level = Level.RUN

    @about(r_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        found = [spec for spec in conda_specs(repo) if spec.text.startswith("r-")]
        if found:
            yield self.at(
                found[0].place,
                "conda installs a second R here, beside the one of this R repository. Each has its own packages, so notebooks and RStudio see different ones",
                help="Install the R packages in install.R, or use only conda's R, without runtime.txt, DESCRIPTION and install.R",
            )
