"""badge-insecure-http: A badge or link to mybinder.org uses http."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, is_old_image, launch_links
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import MYBINDER, Route
from binderlint.snapshot import Snapshot


class BadgeInsecureHttp(Rule):
    code = "LNK004"
    severity = Severity.INFO
    level = Level.POLISH

    @about(launch_links)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            address = link.address
            if link.live and address.hub == MYBINDER and address.scheme.lower() == "http" and not address.port:
                if address.route in (Route.LAUNCH, Route.HOME) or (
                    address.route is Route.BADGE and not is_old_image(link)
                ):
                    yield self.at(
                        link.text("scheme"),
                        f"{MYBINDER} uses https. This address needs a redirect, and a browser may block it",
                        help="Use `https`",
                        fix=Fix("Write https", (replace(link.text("scheme"), "https"),)),
                    )
