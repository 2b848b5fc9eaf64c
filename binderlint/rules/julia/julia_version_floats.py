"""julia-version-floats: Each build may get another Julia version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, insert_lines
from binderlint.changes.julia import set_compat
from binderlint.facts.julia import Project, manifest_version, read_project
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.julia import newest_allowed
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class JuliaVersionFloats(Rule):
    code = "JUL003"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        project, version = read_project(repo), plan.julia
        if project is None or plan.error or version is None or not project.is_julia:
            return
        compat = project.compat
        if compat is not None and not re.fullmatch(r"\s*(?:\^|>=?|≥)?\s*\d+(?:\.\d+)*\s*", compat):
            return
        made = manifest_version(repo)
        minor = ".".join((made or version.version).split(".")[:2])
        today = ".".join(version.version.split(".")[:2])
        differs = f", and Manifest.toml was made with {made}" if made and minor != today else ""
        where = f"`{compat}` allows every newer Julia 1" if compat else "No Julia version is given"
        new = f"~{minor}"
        yield self.at(
            compat if compat is not None else project.source,
            f"{where}, so each build uses the newest release (currently {today}, or later){differs}",
            help=f'Add `julia = "{new}"` under `[compat]`',
            fix=None
            if not newest_allowed(new)
            else set_compat(compat, new)
            if compat is not None
            else _added(project, new),
        )


def _added(project: Project, constraint: str) -> Fix | None:
    """A line under `[compat]`, or the table at the end of the file."""
    line = f'julia = "{constraint}"'
    for number, text in enumerate(project.source.lines(), 1):
        if re.match(r"\s*\[compat\]\s*(?:#|$)", text):
            return Fix(
                f"Change it to `{line}`", (insert_lines(project.source, number + 1, line),), Applicability.UNSAFE
            )
    if "compat" in project.data:
        return None
    return Fix(f"Change it to `{line}`", (append_lines(project.source, f"\n[compat]\n{line}"),), Applicability.UNSAFE)
