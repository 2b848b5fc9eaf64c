"""r-runtime-date-missing: R is not installed, because runtime.txt has no date."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import create, replace
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.for_binder import is_refused
from binderlint.facts.r import calls, conda_installs_r
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.r_versions import DEFAULT, settled_day
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.read.runtime import Runtime


class RRuntimeDateMissing(Rule):
    code = "RLG001"
    severity = Severity.ERROR
    level = Level.RUN

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if plan.error or not plan.transparent or plan.buildpack is Buildpack.R or conda_installs_r(repo):
            return
        install = repo.get(plan.path("install.R"))
        source = repo.get(plan.path("runtime.txt"))
        runtime = runtime_file(repo) or (_read_runtime(source) if source else None)
        if source and runtime and runtime.name == "r" and runtime.version and runtime.date is None:
            day = settled_day(runtime.version)
            yield self.at(
                runtime.text,
                f"`{runtime.text}` has no date, so Binder does not install R"
                + (" and never runs install.R" if install else ""),
                level=Level.LAUNCH if is_refused(repo) else None,
                help=f"Add a day, as in `{runtime.text}-{day or '2025-04-01'}`: it chooses the state of CRAN from which Binder installs packages",
                fix=Fix(
                    f"Add the day {day}", (replace(runtime.text.place, f"{runtime.text}-{day}"),), Applicability.UNSAFE
                )
                if day
                else None,
            )
        elif install and not (runtime and runtime.name == "r") and calls(install):
            day = settled_day(DEFAULT)
            yield self.at(
                install,
                "Nothing here requests R, so Binder does not install it and never runs this file",
                level=Level.LAUNCH if is_refused(repo) else None,
                help=f"Put `r-{DEFAULT}-{day}` (the version and a day of CRAN) in {plan.path('runtime.txt')}",
                explained_in=("runtime.txt",) if plan.binder_dir else (),
                fix=None
                if source
                else Fix(
                    f"Create {plan.path('runtime.txt')} for R {DEFAULT}",
                    (create(plan.path("runtime.txt"), f"r-{DEFAULT}-{day}\n"),),
                    Applicability.UNSAFE,
                ),
            )


def _read_runtime(source: Source) -> Runtime:
    from binderlint.read.runtime import read_runtime

    return read_runtime(source)
