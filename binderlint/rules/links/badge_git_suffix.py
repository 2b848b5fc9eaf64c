"""badge-git-suffix: The repository in a launch link ends with `.git`."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import live_launches
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class BadgeGitSuffix(Rule):
    code = "LNK013"
    severity = Severity.INFO
    level = Level.POLISH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            name = link.text("repo")
            if link.address.provider == "gh" and name.endswith(".git") and name.count("/") == 1 and ":" not in name:
                suffix = name.part(len(name) - 4, len(name))
                yield self.at(
                    suffix,
                    "The repository is named with `.git`: the launch works, but the page on which visitors wait shows no preview of the notebook",
                    help="Leave out `.git`",
                    fix=Fix("Leave out `.git`", (replace(suffix, ""),)),
                )
