"""two-r-installations: conda installs a second R in an R repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class TwoRInstallations(Rule):
    code = "CND019"
    severity = Severity.WARNING
    level = Level.LAUNCH

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.plan.buildpack != "RBuildPack":
            return
        found = [spec for spec in repo.conda_specs if spec.text.startswith("r-")]
        if found:
            yield self.at(
                found[0].place,
                "conda installs a second R here, beside the one of this R repository, each with its own packages: notebooks and RStudio see different ones",
                help="Install the R packages in install.R; or take R from conda only, without runtime.txt, DESCRIPTION and install.R",
            )
