"""r-version-unpinned: runtime.txt has a day of CRAN but no version of R."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.for_binder import is_for_binder
from binderlint.facts.plans import r_plan
from binderlint.facts.r import installs_of_today
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.r_versions import DEFAULT, FIRST_SNAPSHOT, of_day, settled_day
from binderlint.repo2docker.build import used_file
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class RVersionUnpinned(Rule):
    code = "RLG002"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(r_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        runtime = runtime_file(repo)
        description = used_file(repo, "DESCRIPTION")
        if runtime is None and description and is_for_binder(repo):
            yield self.at(
                description,
                f"There is no runtime.txt with a version of R and a day of CRAN, so each build uses repo2docker's default, currently R {DEFAULT}, and the newest packages",
                help=f"Put `r-{DEFAULT}-` and a day, as in `r-{DEFAULT}-{settled_day(DEFAULT)}`, in runtime.txt",
                severity=Severity.INFO,
            )
        if not runtime or runtime.name != "r" or runtime.version:
            return
        if installs_of_today(repo):
            return  # r-undated-repos
        if runtime.date is None or runtime.error or runtime.date < FIRST_SNAPSHOT:
            return
        current = of_day(runtime.date)
        if not current:
            return
        same = current == DEFAULT
        yield self.at(
            runtime.text,
            f"runtime.txt gives a date but no R version. Binder uses its default, currently R {DEFAULT}"
            + ("" if same else f", with packages from the R {current} era"),
            help=f"Use `r-{current}-{runtime.date}`",
            severity=Severity.INFO if same else None,
            fix=Fix(
                f"Use R {current}", (replace(runtime.text.place, f"r-{current}-{runtime.date}"),), Applicability.UNSAFE
            ),
        )
