"""Scripts: start and postBuild."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.docker.context import build_dockerfile
from binderlint.read.dockerfile.instructions import base_of
from binderlint.read.images import onbuild_files
from binderlint.read.script import Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


@fact
def start_script(repo: Snapshot) -> Script | None:
    """The script that runs at every launch, if there is one: repo2docker's, or the entrypoint that an image takes from the repository."""
    plan = build_plan(repo)
    return script_at(repo, plan.start or (plan.path("start") if _is_run_by_image(repo, "start") else None))


@fact
def post_build_script(repo: Snapshot) -> Script | None:
    """The script that runs at the end of the build, if there is one: repo2docker's, or that of an image (ONBUILD)."""
    plan = build_plan(repo)
    if plan.post_build or not _is_run_by_image(repo, "postBuild"):
        return script_at(repo, plan.post_build)
    source = repo.get(plan.path("postBuild"))  # pangeo/base-image runs it in the folder it is in
    return Script(source, repo.get, plan.binder_dir) if source else None


@fact
def script_at(repo: Snapshot, path: str | None) -> Script | None:
    """The script at a path, with the scripts of the repository that it calls."""
    source = repo.get(path) if path else None
    return Script(source, repo.get) if source else None


def _is_run_by_image(repo: Snapshot, name: str) -> bool:
    """Whether the image of a Dockerfile runs a script by itself."""
    dockerfile = build_dockerfile(repo)
    if dockerfile is None or (name == "start" and any(one.name == "ENTRYPOINT" for one in dockerfile.built)):
        return False
    return any(name in names for names in onbuild_files(base_of(dockerfile)))
