"""nothing-committed: git does not track any file of this repository yet."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.rare_files import uncommitted_folder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class NothingCommitted(Rule):
    code = "BLT006"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(uncommitted_folder)
    def check(self, repo: Snapshot, folder: Source) -> Iterator[Diagnostic]:
        yield self.at(
            folder,
            "Git does not track any file here yet. Binder clones only what is committed and pushed, so it would find an empty repository",
            help="Commit the files with `git add` and `git commit`, then push",
        )
