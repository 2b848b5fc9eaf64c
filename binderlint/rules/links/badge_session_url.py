"""badge-session-url: A link goes to one visitor's server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, launch_links
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import MYBINDER, Route
from binderlint.snapshot import Snapshot


class BadgeSessionUrl(Rule):
    code = "LNK002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_links)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            if link.address.route is not Route.SESSION or not link.live:
                continue
            found = _SESSION.search(link.address.lead)
            fix = None
            if found and repo.git.origin and _slug(repo.git.origin).startswith(found[1].lower()):
                opened = f"?urlpath={found[2]}" if _INTERFACE.match(found[2]) else ""
                url = f"https://{MYBINDER}/v2/{repo.git.origin}/HEAD{opened}"
                if not repo.git.origin.startswith("gl/"):
                    fix = Fix("Link to a launch", (replace(link.url, url),), Applicability.UNSAFE)
            yield self.at(
                link.url,
                "This is the address of one visitor's server, which has long been shut down, so the link leads to an error",
                help=f"Link to a launch: https://{MYBINDER}/v2/gh/<owner>/<repository>/HEAD",
                fix=fix,
            )


_SESSION = regex(r"/user/([^/]*?)(?:-[a-z0-9]{6,10})?(?:/|$)(.*)", re.DOTALL)


_INTERFACE = regex(r"(?:lab|notebooks|tree|doc|edit|rstudio|voila)(?:/|$)")


def _slug(origin: str) -> str:
    """The start of a server's name for a repository (binderhub/launcher.py, unique_name_from_repo)."""
    return re.sub(r"[^a-z0-9]+", "-", origin.partition("/")[2].lower()).strip("-")
