"""anaconda-metapackage: environment.yml lists the whole Anaconda distribution."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.mapping import conda_specs
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class AnacondaMetapackage(Rule):
    code = "CND013"
    severity = Severity.WARNING
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for spec in conda_specs(repo):
            if spec.key == "anaconda":
                yield self.at(
                    spec.place,
                    "`anaconda` is a distribution of several hundred packages, which Anaconda's own channel has and conda-forge has not: the build fails, or makes an image of gigabytes that starts slowly",
                    help="List the packages that your notebooks import instead",
                )
            elif spec.key == "anaconda-navigator":
                yield self.at(
                    spec.place,
                    "`anaconda-navigator` is a desktop program, which cannot be used on Binder",
                    help="Remove the line",
                )
