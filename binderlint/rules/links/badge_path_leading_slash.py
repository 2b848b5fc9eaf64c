"""badge-path-leading-slash: The path in a launch link starts with a slash."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import is_page
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgePathLeadingSlash(Rule):
    code = "LNK014"
    severity = Severity.WARNING
    level = Level.RUN

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            target = link.address.target
            if target is None or target.name == "urlpath" or not isinstance(target.value, Text):
                continue
            found = re.match(r"(?:/|%2F)+(?=.)", target.value, re.IGNORECASE)
            if not found or is_page(target.decoded.strip("/")):  # badge-unknown-route
                continue
            if not target.decoded.startswith("/home/"):
                slash = target.value.part(0, found.end())
                yield self.at(
                    slash,
                    f"`{target.name}` starts with a slash, so the address has two of them and the file may not be found",
                    help="Start the path at the top of the repository, without a slash",
                    fix=Fix("Remove the slash", (replace(slash, ""),)),
                )
