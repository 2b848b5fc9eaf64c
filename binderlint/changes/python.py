"""Python: the change of the version that the build uses."""

from __future__ import annotations

from binderlint.changes.edits import create, prepend, replace
from binderlint.facts.environment.held import python_fits
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.facts.for_binder import has_application_files
from binderlint.lint.diagnostic import Applicability, Edit, Fix
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import WITH_RUNTIME, Buildpack
from binderlint.snapshot import Snapshot

PYTHONS = tuple(f"3.{minor}" for minor in range(7, 15))  # those that repo2docker gives server and kernel in one


def fitting_python(repo: Snapshot, python: str) -> str | None:
    """The Python nearest to one that nothing in the repository speaks against, itself if it can be; None where there is none."""
    if python not in PYTHONS:
        return None
    here = PYTHONS.index(python)
    nearest = sorted(PYTHONS, key=lambda candidate: abs(PYTHONS.index(candidate) - here))
    return next((candidate for candidate in nearest if python_fits(repo, candidate)), None)


def other_python(repo: Snapshot, python: str) -> Fix | None:
    """Pin the nearest Python that all pinned versions have builds for."""
    right = fitting_python(repo, python)
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
    if plan.buildpack not in WITH_RUNTIME:
        return None
    place = plan.python.place if plan.python else None
    runtime = used_file(repo, "runtime.txt")
    if runtime:
        line = next(iter(runtime.lines()), None)
        return replace(line.trimmed(), f"python-{python}") if line is not None and line.startswith("python-") else None
    return create(plan.path("runtime.txt"), f"python-{python}\n") if place is None and not for_folder(repo) else None


def for_folder(repo: Snapshot) -> str:
    """Where a version of Python goes instead of a new runtime.txt in the root, which an application may read as well; empty where that is for Binder alone."""
    plan = build_plan(repo)
    if (
        plan.buildpack not in WITH_RUNTIME
        or plan.path("runtime.txt") != "runtime.txt"
        or not has_application_files(repo)
    ):
        return ""
    if used_file(repo, "runtime.txt"):
        return ""
    return "`binder/runtime.txt`, with a copy of the list beside it: the application may read a runtime.txt in the root"
