"""julia-compat-unparsable: repo2docker cannot read the Julia version in `[compat]`."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.julia import set_compat
from binderlint.facts.julia import Project, is_narrower, read_project, rewritten
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.julia import newest_allowed
from binderlint.snapshot import Snapshot


class JuliaCompatUnparsable(Rule):
    code = "JUL002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(read_project)
    def check(self, repo: Snapshot, project: Project) -> Iterator[Diagnostic]:
        error = build_plan(repo).error
        if not (project.data and error and error.place.path == project.source.path):
            return
        compat = project.compat
        if compat is None:
            return
        if compat.place.text[:1] not in ("'", '"'):
            text = f'"{"" if project.is_package else "~"}{compat.place.text}"'
            yield self.at(
                compat,
                f"`{compat.place.text}` has no quotes, so TOML reads a number where Julia and repo2docker need text, and the build stops with an error",
                help=f"Write it as text: `julia = {text}`",
                fix=Fix("Add the quotes", (replace(compat.place, text),)) if newest_allowed(text.strip('"')) else None,
            )
            return
        new = rewritten(compat)
        narrower = project.is_package and (is_narrower(compat) or not newest_allowed(new))
        yield self.at(
            compat,
            f"repo2docker cannot read which Julia `{compat}` means, so the build stops with an error"
            if "matching" not in error.message
            else f"No release of Julia matches `{compat}`, so the build stops with an error",
            help='Put a Project.toml for Binder in a folder `binder`, with one version under `[compat]`, as in `julia = "~1.10"`: here it would hold for everybody who installs the package'
            if narrower
            else f"Write `{new}`"
            if project.is_package
            else "Give one version, as in `~1.10` (the newest 1.10) or `=1.10.4`",
            fix=set_compat(compat, new) if new and not narrower and newest_allowed(new) else None,
        )
