"""julia-require: A REQUIRE file stops the build."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.plans import rare_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class JuliaRequire(Rule):
    code = "JUL004"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(rare_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        source = repo.get(plan.path("REQUIRE"))
        if plan.buildpack == Buildpack.JULIA_REQUIRE and source:
            yield self.at(
                source,
                "Binder no longer builds from REQUIRE. The file alone stops the build with an error",
                help='Create a Project.toml (in Julia: `using Pkg; Pkg.activate("."); Pkg.add([...])`) and remove this file',
            )
