"""dead-service: A script downloads from a service that no longer exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.scripts.commands import script_addresses
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot

# Services that ended: the address, what happened, and what to use. Announcements of GitHub (2021-09, 2023-01), JFrog (2021-02), Microsoft (2023-01).
_DEAD = (
    (regex(r"git://github\.com/"), "GitHub ended the unencrypted `git://` in 2022", "https://github.com/"),
    (regex(r"https?://(?:dl\.|jcenter\.|api\.)?bintray\.com/"), "Bintray and JCenter were shut down in 2021", ""),
    (
        regex(r"https?://(?:mran|cran)\.microsoft\.com/|https?://mran\.revolutionanalytics\.com/"),
        "Microsoft shut MRAN down in 2023",
        "",
    ),
    (regex(r"https?://svn\.github\.com/"), "GitHub ended Subversion in 2024", ""),
    (
        regex(r"https?://[\w.-]*\.googlecode\.com/|https?://code\.google\.com/p/"),
        "Google Code was shut down in 2016",
        "",
    ),
    (
        regex(r"https?://[\w.-]*\.codeplex\.com/"),
        "CodePlex was shut down in 2021",
        "",
    ),
)


class DeadService(Rule):
    code = "PBD011"
    severity = Severity.WARNING
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for _, command, url in script_addresses(repo):
            if command.name == "svn" and re.match(r"https?://(?:www\.)?github\.com/", url):
                yield self.at(
                    url,
                    "GitHub ended Subversion in 2024, so this command fails",
                    help="Use `git clone --depth 1`, with `git sparse-checkout` for a part of it",
                )
                continue
            for pattern, reason, instead in _DEAD:
                if found := pattern.match(url):
                    edit = replace(url.part(*found.span()), instead)
                    yield self.at(
                        url,
                        f"{reason}, so this command fails",
                        help=f"Use `{instead}`" if instead else "Find where the files moved to",
                        fix=Fix(f"Use `{instead}`", (edit,)) if instead else None,
                    )
