"""Projects: a pyproject.toml that Binder does not install, and what turns lock files into something it reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from binderlint.fact import fact
from binderlint.read.toml import parse_pyproject
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import UNKNOWN
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.typed import Any

# How to get a file that Binder reads out of a lock file.
EXPORTS = {
    "poetry.lock": "poetry export --without-hashes --output requirements.txt",
    "uv.lock": "uv export --no-hashes --no-emit-project --output-file requirements.txt",
    "pdm.lock": "pdm export --without-hashes --output requirements.txt",
    "pixi.lock": "pixi workspace export conda-environment environment.yml",
    "pixi.toml": "pixi workspace export conda-environment environment.yml",
    "conda-lock.yml": "conda-lock render --kind env --platform linux-64",
}


def in_binder(export: str) -> str:
    """The command of `EXPORTS` that writes into a folder `binder`, in which it does not disturb other programs."""
    return "mkdir binder; " + re.sub(r"(?:requirements\.txt|environment\.yml)$", r"binder/\g<0>", export)


PYTHON_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")


@fact
def uninstallable_project(repo: Snapshot) -> tuple[Source, Mapping[str, Any]] | None:
    """The pyproject.toml that is all there is, describes a project, and is not installed."""
    plan = build_plan(repo)
    source = repo.get("pyproject.toml")
    if not source or not plan.default or plan.binder_dir or plan.error:
        return None

    try:
        project = parse_pyproject(source)
    except (ValueError, RecursionError):
        return None
    tool = project.get("tool")
    described = "project" in project or (isinstance(tool, dict) and "poetry" in tool)
    return (source, MappingProxyType(project)) if described else None


@fact
def pyproject_source(repo: Snapshot) -> Source | None:
    """The pyproject.toml in the root."""
    return repo.get("pyproject.toml")


@fact
def unknown_locks(repo: Snapshot) -> tuple[Source, ...]:
    """The lock files in the root that Binder does not know."""
    names = [name for name in UNKNOWN if name.endswith((".lock", "-lock.yml"))]
    return tuple(source for name in names if (source := repo.get(name)))
