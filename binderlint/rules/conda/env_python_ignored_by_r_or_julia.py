"""env-python-ignored-by-r-or-julia: In an R or Julia repository, environment.yml does not choose Python."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.environment.mapping import conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Create, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.digits import release
from binderlint.read.matchspec import PATCHES, MatchSpec
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

_JULIA = Buildpack.JULIA


class EnvPythonIgnoredByROrJulia(Rule):
    code = "CND008"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(conda_specs)
    def check(self, repo: Snapshot, specs: tuple[MatchSpec, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.buildpack not in (_JULIA, Buildpack.R) or plan.python is None:
            return
        spec = next((spec for spec in specs if spec.key == "python" and spec.version), None)
        taken = plan.python.version
        if spec is None or not re.fullmatch(r"\d+\.\d+", taken):
            return
        if any(spec.admits((*release(taken), patch)) is not False for patch in range(PATCHES)):
            return
        pinned = re.match(r"[=\s]*(\d+\.\d+)", spec.version or "")
        path = plan.path("runtime.txt")
        new = f"python-{pinned.group(1)}" if pinned else ""
        yield self.at(
            spec.place,
            f"For Binder this is {'a Julia' if plan.buildpack == _JULIA else 'an R'} repository, where `{spec.text}` does not choose the environment. Binder installs Jupyter on Python {taken} first, and conda must then replace that Python, which often fails",
            help=f"Give the version in runtime.txt, as `{new or 'python-3.12'}`"
            if plan.buildpack == _JULIA
            else f"Use Python {taken} here, or remove the line",
            fix=Fix(f"Add `{new}` to runtime.txt", (Create(path, f"{new}\n".encode()),), Applicability.UNSAFE)
            if new and plan.buildpack == _JULIA and not repo.exists(path)
            else None,
        )
