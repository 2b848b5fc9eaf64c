"""badge-dead-host: A badge or link points to a BinderHub that was shut down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, Where, launch_links, same_launch
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import DEAD_HOSTS, MYBINDER, Route
from binderlint.snapshot import Snapshot


class BadgeDeadHost(Rule):
    code = "LNK001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_links)
    def check(self, repo: Snapshot, found: tuple[Link, ...]) -> Iterator[Diagnostic]:
        links = [link for link in found if link.live]
        claimed = {same_launch(link): link.address.hub for link in links if link.address.hub not in DEAD_HOSTS}
        for link in links:
            hub = link.address.hub
            why = DEAD_HOSTS.get(hub)
            if why is None:
                continue
            if link.address.route is Route.HOME and link.where is Where.LINK and not _tells_of_the_end(link):
                yield self.at(
                    link.text("host"),
                    f"`{hub}` no longer works: {why}",
                    help="Use mybinder.org or another hub that is running",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
            if not link.launches or (link.where is Where.BARE and _tells_of_the_end(link)):
                continue
            message = f"The launch fails, since `{hub}` no longer works: {why}"
            if claimed.setdefault(same_launch(link), hub) != hub:
                yield self.at(
                    link.text("host"),
                    message,
                    help="Remove this link: the same one for another hub is in this file",
                )
                continue
            yield self.at(
                link.text("host"),
                message,
                help="Launch on mybinder.org, which has 2 GB of memory and no dask cluster",
                fix=Fix(f"Launch on {MYBINDER}", (replace(link.text("scheme", "base"), f"https://{MYBINDER}"),)),
            )


_END = regex(
    r"shut(?:ting)? ?down|switched off|turned off|no longer|not (?:available|running)|retired|outage|offline|decommission|discontinu|defunct|dead|gone|closed|deprecated|was\b|formerly|previously",
    re.IGNORECASE,
)


def _tells_of_the_end(link: Link) -> bool:
    place = link.url.place
    return bool(_END.search(place.source.text[slice(*place.source.line(place.line))]))
