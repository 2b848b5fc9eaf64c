"""badge-old-image: A badge image is outdated or missing."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, is_old_image, launch_links
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import DEAD_HOSTS, MYBINDER, Route
from binderlint.snapshot import Snapshot


class BadgeOldImage(Rule):
    code = "LNK005"
    severity = Severity.INFO
    level = Level.POLISH

    @about(launch_links)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            if not link.live or link.address.route is not Route.BADGE or not is_old_image(link):
                continue
            hub = link.address.hub
            gone = hub in DEAD_HOSTS or hub == "notebooks.gesis.org"
            goes = hub in DEAD_HOSTS and any(_is_left(other, link, repo) for other in links)
            yield self.at(
                link.url,
                f"The image on `{hub}` no longer exists, so readers see a broken picture"
                if gone
                else "This is Binder's old badge image",
                help=f"Use https://{MYBINDER}/badge_logo.svg",
                severity=Severity.WARNING if gone else None,
                fix=None
                if goes
                else Fix("Use the current image", (replace(link.url, f"https://{MYBINDER}/badge_logo.svg"),)),
            )


def _is_left(link: Link, image: Link, repo: Snapshot) -> bool:
    """Whether a link near an image leads to the same dead hub and stays, because its launch is offered on another hub already."""
    here, there = link.url.place, image.url.place
    if link.address.hub not in DEAD_HOSTS or here.path != there.path or abs(here.line - there.line) > 1:
        return False
    return any(
        other.live and other.address.hub not in DEAD_HOSTS and other.onwards("lead") == link.onwards("lead")
        for other in launch_links(repo)
        if other.url.place.path == here.path and other.launches
    )
