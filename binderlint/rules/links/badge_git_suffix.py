"""badge-git-suffix: The repository in a launch link ends with `.git`."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class BadgeGitSuffix(Rule):
    code = "LNK013"
    severity = Severity.INFO
    level = Level.POLISH

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            name = link.text("repo")
            if link.address.provider == "gh" and name.endswith(".git") and name.count("/") == 1 and ":" not in name:
                suffix = name.part(len(name) - 4, len(name))
                yield self.at(
                    suffix,
                    "The name of the repository ends in `.git`. The launch works, but visitors who wait see no preview of the notebook",
                    help="Remove `.git`",
                    fix=Fix("Remove `.git`", (replace(suffix, ""),)),
                )
