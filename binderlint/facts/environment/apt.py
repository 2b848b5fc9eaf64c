"""apt.txt, as the build reads it."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.read.apt import AptEntry, read_apt
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source


def apt_file(repo: Snapshot) -> Source | None:
    """The apt.txt that Binder reads."""
    return used_file(repo, "apt.txt")


@fact
def apt_entries(repo: Snapshot) -> tuple[AptEntry, ...]:
    """The lines of apt.txt that repo2docker installs. What a Dockerfile or its image does with the file, and on which system, is its own matter."""
    source = used_file(repo, "apt.txt") if build_plan(repo).buildpack != Buildpack.DOCKER else None
    return read_apt(source) if source else ()
