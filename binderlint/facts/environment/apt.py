"""apt.txt, as the build reads it."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.read.apt import AptEntry, read_apt
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot


@fact
def apt_entries(repo: Snapshot) -> tuple[AptEntry, ...]:
    """The lines of apt.txt that the build installs."""
    source = used_file(repo, "apt.txt")
    return read_apt(source) if source else ()
