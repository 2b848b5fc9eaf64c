"""anaconda-metapackage: environment.yml lists the whole Anaconda distribution."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.mapping import conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.matchspec import MatchSpec
from binderlint.snapshot import Snapshot


class AnacondaMetapackage(Rule):
    code = "CND013"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(conda_specs)
    def check(self, repo: Snapshot, specs: tuple[MatchSpec, ...]) -> Iterator[Diagnostic]:
        for spec in specs:
            if spec.key == "anaconda":
                yield self.at(
                    spec.place,
                    "`anaconda` is a collection of several hundred packages that only Anaconda's own channel has: the build fails, or the image has several gigabytes and starts slowly",
                    help="List the packages that your notebooks import instead",
                )
            elif spec.key == "anaconda-navigator":
                yield self.at(
                    spec.place,
                    "`anaconda-navigator` is a desktop program, which does not work on Binder",
                    help="Remove the line",
                    level=Level.RUN,
                )
