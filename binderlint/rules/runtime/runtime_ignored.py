"""runtime-ignored: The Python version in runtime.txt is not used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import prepend
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.facts.environment.runtime import runtime_file, runtime_source
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Delete, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.runtime import Runtime
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text


class RuntimeIgnored(Rule):
    code = "RUN004"
    severity = Severity.ERROR
    level = Level.RUN

    @about(runtime_source)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        path = plan.path("runtime.txt")
        if plan.buildpack in (Buildpack.DOCKER, Buildpack.NIX):
            if not plan.uses(path) and re.match(rb"python", source.data):
                winner = "the Dockerfile" if plan.buildpack == Buildpack.DOCKER else "default.nix"
                yield self.at(
                    source,
                    f"Binder gets everything from {winner} here and does not read runtime.txt",
                    help="Remove the file, if nothing else needs it",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
            return
        runtime = runtime_file(repo)
        if plan.buildpack not in (Buildpack.CONDA, Buildpack.PIPFILE) or plan.python is None:
            return
        if runtime is None or runtime.error or runtime.name is None or runtime.name == "r":
            return
        if runtime.text.startswith("#") and len(runtime.text.splitlines()) == 1:
            return  # put out of use on purpose
        yield self._beside(repo, runtime)

    def _beside(self, repo: Snapshot, runtime: Runtime) -> Diagnostic:
        plan = build_plan(repo)
        winner = "environment.yml" if plan.buildpack == Buildpack.CONDA else "the Pipfile"
        python = plan.python
        assert python is not None and runtime.name is not None
        found = re.match(r"\d+\.\d+", runtime.version or "") if runtime.name == "python" else None
        wanted = found.group() if found else ""
        if wanted == python.version:
            severity, level = Severity.INFO, Level.POLISH
            tail = (
                f"which names {python.version} too"
                if python.place
                else f"which names none, so it uses its default, today {python.version} as well"
            )
        elif python.place:
            severity, level, tail = Severity.WARNING, Level.RUN, f"which names {python.version}"
        else:
            severity, level = Severity.ERROR, Level.RUN
            tail = f"which gives none that Binder can read, so it installs {python.version}"
        if runtime.name != "python":
            severity, level = Severity.ERROR, Level.RUN
            tail = f"and `{runtime.text.splitlines()[0]}` has no effect"
        return self.at(
            runtime.text,
            f"Binder does not use this line: the Python version comes from {winner}, {tail}",
            help=f"Give the version in {winner}, and remove the file"
            if wanted and severity is Severity.ERROR
            else "Give the version in only one place"
            if wanted
            else "Remove the file",
            fix=_move(repo, runtime, wanted) if severity is Severity.ERROR and wanted else None,
            severity=severity,
            level=level,
        )


def _move(repo: Snapshot, runtime: Runtime, wanted: str) -> Fix | None:
    items = conda_list(repo)
    if items is None or any(spec.key == "python" for spec in conda_specs(repo)):
        return None
    if not isinstance(runtime.text, Text) or build_plan(repo).buildpack != Buildpack.CONDA:
        return None
    edits: tuple[Edit, ...] = (prepend(items, f"python={wanted}"), Delete(runtime.text.place.path))
    return Fix("Give the version in environment.yml", edits, Applicability.UNSAFE)
