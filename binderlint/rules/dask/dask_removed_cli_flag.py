"""dask-removed-cli-flag: A dask worker or scheduler is started with an option that dask removed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.dask_commands import Line, command_lines, old_flags
from binderlint.facts.dask.configs import unread_configs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class DaskRemovedCliFlag(Rule):
    code = "DSK003"
    severity = Severity.ERROR
    level = Level.RUN

    @about(command_lines)
    def check(self, repo: Snapshot, lines: tuple[Line, ...]) -> Iterator[Diagnostic]:
        unread = [config.source for config in unread_configs(repo)]
        for line in lines:
            if line.release < (2022, 10):
                continue
            for old in old_flags(line):
                today = f"which is `{old.today}` today" if old.today else "which has no successor"
                read = old.place.source not in unread
                yield self.at(
                    old.place,
                    f"dask 2022.10.0 removed `{old.name}`, {today}, so the program that is started with it {'exits at once' if read else 'will exit at once when dask reads this file'}",
                    severity=None if read else Severity.WARNING,
                    help=f"Use `{old.today}`" if old.today else "Remove it",
                    fix=Fix(
                        f"Replace `{old.name}` with `{old.today}`" if old.today else f"Remove `{old.name}`", old.edits
                    )
                    if old.edits
                    else None,
                )
