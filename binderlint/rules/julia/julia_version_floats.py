"""julia-version-floats: Each build may get another Julia version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, insert_lines
from binderlint.changes.julia import set_compat
from binderlint.facts.for_binder import is_for_binder
from binderlint.facts.julia import Project, has_old_manifest, manifest_version, read_project
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.julia import newest_allowed
from binderlint.snapshot import Snapshot


class JuliaVersionFloats(Rule):
    code = "JUL003"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(read_project)
    def check(self, repo: Snapshot, project: Project) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        version = plan.julia
        if plan.error or version is None or not project.is_julia:
            return
        compat = project.compat
        if compat is not None and not re.fullmatch(r"\s*(?:\^|>=?|≥)?\s*\d+(?:\.\d+)*\s*", compat):
            return
        if project.is_package and not is_for_binder(repo):
            return
        made = manifest_version(repo)
        minor = ".".join((made or version.version).split(".")[:2])
        today = ".".join(version.version.split(".")[:2])
        differs = f", and Manifest.toml was made with {made}" if made and minor != today else ""
        old = has_old_manifest(repo)
        if old:
            differs = ", and Manifest.toml is in the format of Julia 1.6 and earlier"
        named = _of_runtime(repo) if compat is None else ""
        minor = named or minor
        where = (
            f"`{compat}` allows every newer Julia 1"
            if compat
            else f"Binder does not read the version of Julia in runtime.txt ({named})"
            if named
            else "No Julia version is given"
        )
        new = f"~{minor}"
        installed = project.is_package and not plan.binder_dir  # a Project.toml in `binder` is for Binder alone
        yield self.at(
            compat if compat is not None else project.source,
            f"{where}, so each build uses the newest release (currently {today}, or later){differs}",
            help='Give the Julia that you work with under `[compat]`, as in `julia = "~1.6"`, or update Manifest.toml'
            if old
            else f'Put a Project.toml for Binder in a folder `binder`, with `julia = "{new}"` under `[compat]`: here it would hold for everybody who installs the package'
            if installed
            else f'Change it to `julia = "{new}"`'
            if compat is not None
            else f'Add `julia = "{new}"` under `[compat]`',
            fix=None
            if old or installed or not newest_allowed(new)
            else set_compat(compat, new)
            if compat is not None
            else _added(project, new),
        )


def _of_runtime(repo: Snapshot) -> str:
    """The version of a `julia-1.10` in runtime.txt, where people expect Binder to read it."""
    source = used_file(repo, "runtime.txt") or repo.get(build_plan(repo).path("runtime.txt"))
    found = re.match(r"julia-v?(\d+\.\d+)", source.text) if source else None
    return found[1] if found else ""


def _added(project: Project, constraint: str) -> Fix | None:
    """A line under `[compat]`, or the table at the end of the file."""
    line = f'julia = "{constraint}"'
    for number, text in enumerate(project.source.lines(), 1):
        if re.match(r"\s*\[compat\]\s*(?:#|$)", text):
            return Fix(f"Add `{line}`", (insert_lines(project.source, number + 1, line),), Applicability.UNSAFE)
    if "compat" in project.data:
        return None
    return Fix(f"Add `{line}`", (append_lines(project.source, f"\n[compat]\n{line}"),), Applicability.UNSAFE)
