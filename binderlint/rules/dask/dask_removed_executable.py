"""dask-removed-executable: `dask-worker`, `dask-scheduler` or `dask-ssh` is run."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.dask_commands import Line, command_lines, old_executables
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class DaskRemovedExecutable(Rule):
    code = "DSK004"
    severity = Severity.ERROR
    level = Level.RUN

    @about(command_lines)
    def check(self, repo: Snapshot, lines: tuple[Line, ...]) -> Iterator[Diagnostic]:
        for line in lines:
            if line.release < (2022, 10):
                continue
            gone = line.release >= (2026, 6)
            for old in old_executables(line):
                yield self.at(
                    old.place,
                    f"dask removed `{old.name}` in 2026.6.0"
                    + (
                        ", so the command is not found and nothing starts"
                        if gone
                        else "; it stops working with the next update"
                    ),
                    help=f"Use `{old.today}`",
                    fix=Fix(f"Replace `{old.name}` with `{old.today}`", old.edits),
                    severity=None if gone else Severity.INFO,
                    level=None if gone else Level.REPRODUCE,
                )
