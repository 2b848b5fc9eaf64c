"""badge-legacy-host: A link uses an address from Binder's first years."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, launch_links
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import DEAD_HOSTS, LEGACY_HOSTS, MYBINDER, Route
from binderlint.snapshot import Snapshot


class BadgeLegacyHost(Rule):
    code = "LNK003"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(launch_links)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            if not link.live or link.address.hub in DEAD_HOSTS:
                continue
            if link.address.route is Route.LEGACY:
                branch = _legacy_branch(link, repo)
                opened = link.address.ref.strip("/")
                url = f"https://{MYBINDER}/v2/gh/{link.address.repo}/{branch}" + (
                    f"?urlpath={opened}" if opened else ""
                )
                yield self.at(
                    link.text("lead"),
                    "This address has the form of the first Binder, which always launches the branch `master`",
                    help="Use the current form of the address",
                    fix=Fix("Use the current form of the address", (replace(link.url, url),)),
                )
            elif link.address.hub in LEGACY_HOSTS and link.address.route in (Route.LAUNCH, Route.HOME):
                yield self.at(
                    link.text("host"),
                    f"`{link.address.hub}` is an old name of {MYBINDER}, which only redirects to it",
                    help=f"Use `{MYBINDER}`",
                    fix=Fix(f"Use {MYBINDER}", (replace(link.text("scheme", "base"), f"https://{MYBINDER}"),)),
                )


def _legacy_branch(link: Link, repo: Snapshot) -> str:
    gone = link.launches_repository(repo) and repo.git.complete and "master" not in repo.git.refs
    return "HEAD" if gone else "master"
