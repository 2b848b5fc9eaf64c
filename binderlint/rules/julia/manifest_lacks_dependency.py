"""manifest-lacks-dependency: Manifest.toml does not have a package that Project.toml lists."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.julia import Project, locked_packages, read_project
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.read.toml import find_value
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class ManifestLacksDependency(Rule):
    code = "JUL008"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(read_project)
    def check(self, repo: Snapshot, project: Project) -> Iterator[Diagnostic]:
        locked, deps = locked_packages(repo), project.data.get("deps")
        if locked is None or not isinstance(deps, dict) or build_plan(repo).julia is None:
            return
        missing = [name for name in deps if name not in locked]
        if missing:
            yield self.at(
                find_value(project.source, "deps", missing[0]) or project.source,
                f"Manifest.toml does not have {listed(missing)}, so `Pkg.instantiate()` stops with an error, and the build with it",
                help="Run `Pkg.resolve()` in the project and commit Manifest.toml, or delete Manifest.toml",
            )
