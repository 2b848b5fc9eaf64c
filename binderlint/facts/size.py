"""Size: what a repository weighs."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.snapshot import Snapshot


@fact
def history_bytes(repo: Snapshot) -> int:
    """What Binder's full clone weighs as git stores it, 0 where that is not known."""
    return repo.git.objects or repo.clone.history_bytes()


@fact
def tree_bytes(repo: Snapshot) -> int:
    """What the files weigh."""
    return repo.clone.tree_bytes(repo.sources.values())
