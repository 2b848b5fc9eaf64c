"""dead-service: A script downloads from a service that no longer exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.data import rows
from binderlint.facts.scripts.commands import script_addresses
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Command, Script
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class DeadService(Rule):
    code = "PBD011"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(script_addresses)
    def check(self, repo: Snapshot, addresses: tuple[tuple[Script, Command, Text], ...]) -> Iterator[Diagnostic]:
        for script, command, url in addresses:
            level = Level.LAUNCH if script.decides(command) else Level.RUN
            if command.name == "svn" and re.match(r"https?://(?:www\.)?github\.com/", url):
                yield self.at(
                    url,
                    "GitHub ended Subversion in 2024, so this command fails",
                    help="Use `git clone --depth 1`, with `git sparse-checkout` for a part of it",
                    level=level,
                )
                continue
            for address, reason, instead in rows("dead_services.tsv"):
                if found := re.match(address, url):
                    edit = replace(url.part(*found.span()), instead)
                    yield self.at(
                        url,
                        f"{reason}, so this command fails",
                        help=f"Use `{instead}`" if instead else "Find where the files moved to",
                        level=level,
                        fix=Fix(f"Use `{instead}`", (edit,)) if instead else None,
                    )
