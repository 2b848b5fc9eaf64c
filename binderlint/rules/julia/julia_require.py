"""julia-require: A REQUIRE file stops the build."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.plans import rare_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Delete, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
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
            others = not build_plan(repo.replace(one for one in repo.files if one is not source)).default
            yield self.at(
                source,
                "Binder no longer builds from REQUIRE. The file alone stops the build with an error",
                help="If nothing here needs Julia, remove the file: Binder then builds from the other files. Otherwise put a Project.toml with its packages in its place"
                if others
                else 'Create a Project.toml (in Julia: `using Pkg; Pkg.activate("."); Pkg.add([...])`) and remove this file',
                fix=Fix("Remove `REQUIRE`", (Delete(source.path),), Applicability.UNSAFE) if others else None,
            )
