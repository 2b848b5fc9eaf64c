"""badge-missing-ref: A launch link does not name a branch, tag or commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import WITH_REF
from binderlint.snapshot import Snapshot


class BadgeMissingRef(Rule):
    code = "LNK006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            address = link.address
            if address.provider not in WITH_REF or address.branch or not _whole(link):
                continue
            yield self.at(
                link.text("repo"),
                "The link has no branch, tag or commit, so the launch fails",
                help="Add `/HEAD` (the newest state of the default branch) or a tag",
                fix=Fix("Add `/HEAD`", (replace(link.text("gap", "ref"), "/HEAD"),)),
            )


def _whole(link: Link) -> bool:
    """Whether there is a repository in the link, and not another web address."""
    repo = link.address.repo
    return bool(repo) and (link.address.provider != "gh" or bool(re.fullmatch(r"[\w.-]+/[\w.-]+", repo)))
