"""repo-too-large: The repository is large for Binder."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import build_step
from binderlint.facts.size import history_bytes, tree_bytes
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.hubs import find_hub
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot

_MB = 1_000_000


class RepoTooLarge(Rule):
    code = "DAT002"
    severity = Severity.WARNING
    level = Level.POLISH
    needs_git = True

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        size = history_bytes(repo) + tree_bytes(repo)
        if size < 100 * _MB:
            return
        limit = find_hub(repo.hub).clone
        too_large = limit is not None and size > 0.9 * limit
        small = size < 500 * _MB
        amount = f"{size / 1000 / _MB:.1f} GB" if size >= 1000 * _MB else f"{size // _MB} MB"
        yield self.at(
            repo.place,
            f"Binder clones {amount} for this repository, history included"
            + (
                f". {repo.hub} allows {(limit or 0) / 1000 / _MB:g} GB, so the launch fails"
                if too_large
                else ", for every new commit"
            ),
            help=f"Store data elsewhere (Zenodo, an object store) and download it {build_step(repo)}; `git filter-repo` removes old files from the history",
            severity=Severity.ERROR if too_large else Severity.INFO if small else None,
            level=Level.LAUNCH if too_large else None,
        )
