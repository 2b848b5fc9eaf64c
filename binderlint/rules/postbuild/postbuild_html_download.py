"""postbuild-html-download: A download gets a web page instead of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.scripts.commands import script_addresses
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import DOWNLOADERS
from binderlint.read.script import Command, Script
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class PostbuildHtmlDownload(Rule):
    code = "PBD010"
    severity = Severity.ERROR
    level = Level.RUN

    @about(script_addresses)
    def check(self, repo: Snapshot, addresses: tuple[tuple[Script, Command, Text], ...]) -> Iterator[Diagnostic]:
        for _, command, url in addresses:
            if command.name not in DOWNLOADERS:
                continue
            found = _page(url)
            if found is None:
                continue
            site, better = found
            yield self.at(
                url,
                f"This address is a web page of {site}. It downloads the HTML of that page instead of the file",
                help=f"Use `{better}`"
                if better
                else "Use `gdown`, or put the data where they can be downloaded (Zenodo, OSF)",
                fix=Fix("Use the address of the file", (replace(url, better),)) if better else None,
            )


def _page(url: str) -> tuple[str, str] | None:
    """The site and the address of the file itself (empty where there is none); None for an address that is no page."""
    if re.match(r"https?://(?:www\.)?dropbox\.com/", url) and re.search(r"[?&]dl=0\b", url):
        return "Dropbox", re.sub(r"(?<=[?&])dl=0\b", "dl=1", url)
    if found := re.match(r"https?://(?:www\.)?github\.com/([^/]+/[^/]+)/blob/([^?#]+)$", url):
        return "GitHub", f"https://raw.githubusercontent.com/{found[1]}/{found[2]}"
    if re.match(r"https?://[^/]*gitlab[^/]*/.+/-/blob/[^?#]+$", url):
        return "GitLab", url.replace("/-/blob/", "/-/raw/", 1)
    if re.match(r"https?://drive\.google\.com/(?:file/d/[^/]+(?:/(?:view|edit|preview))?|open\?id=)", url):
        return "Google Drive", ""
    return None
