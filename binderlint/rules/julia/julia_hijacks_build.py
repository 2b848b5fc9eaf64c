"""julia-hijacks-build: A Project.toml makes this a Julia repository."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.julia import Project, read_project
from binderlint.facts.r import conda_installs_r
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class JuliaHijacksBuild(Rule):
    code = "JUL005"
    severity = Severity.ERROR
    level = Level.RUN

    @about(read_project)
    def check(self, repo: Snapshot, project: Project) -> Iterator[Diagnostic]:
        runtime = runtime_file(repo)
        plan = build_plan(repo)
        if runtime and runtime.name == "r" and any("r-base" in one.words for one in apt_entries(repo)):
            yield self.at(
                project.source,
                f"Because of this file Binder installs Julia and does not read {plan.path('runtime.txt')}. R comes from apt.txt, in Ubuntu's version and without a day of CRAN",
                help='Remove runtime.txt, and give the day where R installs packages (`repos = "https://packagemanager.posit.co/cran/2025-01-15"`)',
                severity=Severity.WARNING,
                level=Level.REPRODUCE,
            )
        elif runtime and runtime.name == "r" and conda_installs_r(repo):
            yield self.at(
                project.source,
                f"Because of this file Binder installs Julia and does not read {plan.path('runtime.txt')}. R comes from environment.yml",
                help="Remove runtime.txt, and pin `r-base` in environment.yml",
                severity=Severity.WARNING,
                level=Level.REPRODUCE,
            )
        elif runtime and runtime.name == "r":
            yield self.at(
                project.source,
                f"Because of this file Binder installs Julia but not R, although {plan.path('runtime.txt')} requests R",
                help="Keep one of the two, or install R packages and `r-base` with environment.yml, which is used beside Julia",
            )
        elif repo.get(plan.path("default.nix")):
            yield self.at(
                project.source,
                f"Because of this file Binder installs Julia and ignores {plan.path('default.nix')}",
                help="Keep one of the two",
            )
        elif not project.is_julia and not plan.error:
            yield self.at(
                project.source,
                "This file makes Binder install Julia, but it does not look like a Julia project",
                help="Put Binder's files in a folder `binder`, which hides this one",
                severity=Severity.WARNING,
            )
