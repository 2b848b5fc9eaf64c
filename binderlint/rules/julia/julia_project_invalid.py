"""julia-project-invalid: Project.toml or Manifest.toml cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.julia import Project, manifest_fault, read_project
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class JuliaProjectInvalid(Rule):
    code = "JUL001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(read_project)
    def check(self, repo: Snapshot, project: Project) -> Iterator[Diagnostic]:
        error = build_plan(repo).error
        if (
            error
            and error.place.path == project.source.path
            and (not project.data or error.type == "UnicodeDecodeError")
        ):
            yield self.at(
                error.place,
                f"This file cannot be read ({' '.join(error.message.split()).rstrip('.')}), so the build stops before it begins",
                help="Save the file as UTF-8"
                if error.type == "UnicodeDecodeError"
                else "Correct what TOML does not allow there",
            )
        elif not error and (fault := manifest_fault(repo)):
            place, reason = fault
            yield self.at(
                place,
                f"Julia cannot read this file ({reason.rstrip('.')}), so no package is installed and the build stops",
                help="Remove the file, or let Julia write it again: `julia --project=. -e 'using Pkg; Pkg.resolve()'`",
            )
