"""memory-budget: The code may use more memory than a session has."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.launch.launched import is_for_other_hubs
from binderlint.facts.memory import Amount, asked_memory
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class MemoryBudget(Rule):
    code = "HUB002"
    severity = Severity.WARNING
    level = Level.RUN

    @about(asked_memory)
    def check(self, repo: Snapshot, amounts: tuple[Amount, ...]) -> Iterator[Diagnostic]:
        memory = repo.allows.memory
        if memory is None or is_for_other_hubs(repo):
            return

        for asked in amounts:
            if asked.size > memory:
                yield self.at(
                    asked.text,
                    f"This may use {_gigabytes(asked.size)} GB, but {repo.hub} ends a session that uses more than {_gigabytes(memory)} GB",
                    severity=Severity.INFO if asked.shared else None,
                    level=Level.POLISH if asked.shared else None,
                    help=f"Use less than {_gigabytes(memory)} GB, and leave about half a gigabyte for Jupyter and Python",
                )


def _gigabytes(size: float) -> str:
    return f"{size / 2**30:.1f}".removesuffix(".0")
