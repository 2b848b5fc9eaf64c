"""badge-member-host: A link goes to a single member of mybinder.org."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches, same_launch
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import MEMBER_HOSTS, MYBINDER
from binderlint.snapshot import Snapshot


class BadgeMemberHost(Rule):
    code = "LNK011"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            hub = link.address.hub
            if hub not in MEMBER_HOSTS or (hub == "notebooks.gesis.org" and link.address.base != "/binder"):
                continue
            choice = any(other.address.hub != hub and same_launch(other) == same_launch(link) for other in links)
            yield self.at(
                link.text("host", "base"),
                f"This link goes to a single member of the {MYBINDER} federation. It stops working whenever that member is full, down, or leaves",
                help=f"Use `{MYBINDER}`, which chooses a member that works",
                severity=Severity.INFO if choice else None,
                fix=None
                if choice
                else Fix(f"Launch on {MYBINDER}", (replace(link.text("scheme", "base"), f"https://{MYBINDER}"),)),
            )
