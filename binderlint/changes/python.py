"""Python: the change of the version that the build uses."""

from __future__ import annotations

from binderlint.changes.edits import create, prepend, replace
from binderlint.facts.environment.held import held_at
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.lint.diagnostic import Applicability, Edit, Fix
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

PYTHONS = tuple(f"3.{minor}" for minor in range(7, 15))  # those that repo2docker gives server and kernel in one


def other_python(repo: Snapshot, python: str) -> Fix | None:
    """Pin the nearest Python that all pinned versions have builds for."""
    pinned = [one for file in pip_files(repo) if not file.constraint for one in file.requirements]

    def works(candidate: str) -> bool:
        held = [found for one in pinned if one.applies(candidate) and (found := held_at(one, candidate))]
        return not any(found.missing or found.too_old for found in held)

    if python not in PYTHONS:
        return None
    here = PYTHONS.index(python)
    nearest = sorted(PYTHONS, key=lambda candidate: abs(PYTHONS.index(candidate) - here))
    right = next((candidate for candidate in nearest if works(candidate)), None)
    edit = pin_python(repo, right) if right else None
    return Fix(f"Pin Python {right}", (edit,), Applicability.UNSAFE) if edit else None


def pin_python(repo: Snapshot, python: str) -> Edit | None:
    """Write a version of Python where the build reads it; None where something else decides."""
    plan = build_plan(repo)
    dependencies = conda_list(repo)
    if plan.buildpack == Buildpack.CONDA:
        for spec in conda_specs(repo):
            if spec.key == "python":
                if spec.whole or spec.channel:
                    return None
                return replace(spec.text, f"python={python}")
        return prepend(dependencies, f"python={python}") if dependencies is not None else None
    if plan.buildpack != Buildpack.PYTHON:
        return None
    place = plan.python.place if plan.python else None
    runtime = used_file(repo, "runtime.txt")
    if runtime:
        line = next(iter(runtime.lines()), None)
        return replace(line.trimmed(), f"python-{python}") if line is not None and line.startswith("python-") else None
    return create(plan.path("runtime.txt"), f"python-{python}\n") if place is None else None
