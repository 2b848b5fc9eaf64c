"""Scripts: start and postBuild."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.read.script import Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


@fact
def start_script(repo: Snapshot) -> Script | None:
    """The script that runs at every launch, if there is one."""
    return script_at(repo, build_plan(repo).start)


@fact
def post_build_script(repo: Snapshot) -> Script | None:
    """The script that runs at the end of the build, if there is one."""
    return script_at(repo, build_plan(repo).post_build)


@fact
def script_at(repo: Snapshot, path: str | None) -> Script | None:
    """The script at a path, with the scripts of the repository that it calls."""
    source = repo.get(path) if path else None
    return Script(source, repo.get) if source else None
