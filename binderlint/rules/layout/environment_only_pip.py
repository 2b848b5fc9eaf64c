"""environment-only-pip: environment.yml only has packages for pip."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import create
from binderlint.changes.merge_environments import only_pip_packages
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.mapping import environment_file, environment_mapping
from binderlint.facts.for_binder import is_application
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Delete, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Table


class EnvironmentOnlyPip(Rule):
    code = "LAY008"
    severity = Severity.INFO
    level = Level.POLISH

    @about(environment_mapping)
    def check(self, repo: Snapshot, environment: Table) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.buildpack != Buildpack.CONDA:
            return
        others = (plan.path("requirements.txt"), "setup.py", "pyproject.toml")
        if any(repo.exists(path) for path in others) or "variables" in environment:
            return

        python, only_pip = only_pip_packages(environment)
        if only_pip and not is_application(repo):
            yield self.at(
                environment.key("dependencies"),
                "Only Python comes from conda here. A requirements.txt and a runtime.txt give the same environment and build faster",
                help=f"Move the `pip:` list to requirements.txt, and put `python-{python or 'x.y'}` in runtime.txt",
                fix=_as_requirements(repo, python),
            )


def _as_requirements(repo: Snapshot, python: str) -> Fix | None:
    """The `pip:` list as requirements.txt and the version as runtime.txt; None where comments would be lost."""
    source, plan = environment_file(repo), build_plan(repo)
    if not source or "#" in source.text or repo.exists(plan.path("runtime.txt")):
        return None
    lines = [str(item.line) for item in pip_files(repo)[0].lines]
    edits: list[Edit] = [create(plan.path("requirements.txt"), "\n".join(lines) + "\n"), Delete(source.path)]
    if python:
        edits.append(create(plan.path("runtime.txt"), f"python-{python}\n"))
    return Fix("Replace environment.yml with requirements.txt and runtime.txt", tuple(edits), Applicability.DISPLAY)
