"""Subfolders: environment files where Binder does not look."""

from __future__ import annotations

from binderlint.repo2docker.names import ENVIRONMENTS
from binderlint.snapshot import Snapshot
from binderlint.source import Source


def environments_in_folders(repo: Snapshot) -> list[Source]:
    """The environment files that may be meant for the whole repository, though they are in a folder where Binder does not look."""

    def may_be_meant(path: str) -> bool:
        *folders, name = path.split("/")
        return name in ENVIRONMENTS and 1 <= len(folders) <= 2 and not OTHER_USES & {one.lower() for one in folders}

    return [source for source in repo.files if may_be_meant(source.path)]


# Folders whose environment is for something else than running the notebooks.
OTHER_USES = frozenset(
    {
        "test",
        "tests",
        "testing",
        "docs",
        "doc",
        "ci",
        ".github",
        ".ci",
        "examples",
        "node_modules",
        "vendor",
        "scripts",
        "website",
    }
)
