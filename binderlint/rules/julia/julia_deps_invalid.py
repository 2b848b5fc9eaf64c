"""julia-deps-invalid: A dependency in Project.toml has no UUID."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.julia import Project, read_project
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class JuliaDepsInvalid(Rule):
    code = "JUL006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(read_project)
    def check(self, repo: Snapshot, project: Project) -> Iterator[Diagnostic]:
        for name, value in project.wrong_deps():
            yield self.at(
                value,
                f"`{value}` is not a UUID, so Julia refuses the project and the build fails",
                help=f'Remove the line and run `Pkg.add("{name}")`, which writes it with the UUID; a version belongs under `[compat]`',
            )
