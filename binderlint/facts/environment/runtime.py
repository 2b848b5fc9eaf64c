"""runtime.txt, as the build reads it."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.read.runtime import Runtime


@fact
def runtime_file(repo: Snapshot) -> Runtime | None:
    """runtime.txt, if repo2docker parses it, which it does before it looks for environment.yml: an invalid one stops the build even there.

    Only a Dockerfile, a Nix expression and the old Julia REQUIRE file are looked for earlier (app.py, buildpacks/r.py).
    """
    plan = build_plan(repo)
    source = repo.get(plan.path("runtime.txt"))
    unread = (Buildpack.DOCKER, Buildpack.NIX, Buildpack.JULIA_REQUIRE)
    earlier = ("Docker", Buildpack.NIX.value, Buildpack.JULIA_REQUIRE.value)
    if source is None or plan.buildpack in unread:
        return None
    if plan.buildpack is None and plan.error and any(name in plan.error.stage for name in earlier):
        return None
    from binderlint.read.runtime import read_runtime

    return read_runtime(source)


@fact
def runtime_source(repo: Snapshot) -> Source | None:
    """runtime.txt where repo2docker looks for it, whether it is read or not."""
    return repo.get(build_plan(repo).path("runtime.txt"))
