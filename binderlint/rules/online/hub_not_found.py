"""hub-not-found: There is no BinderHub at the address of a launch link."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.answered import web_answers
from binderlint.facts.online import hub_address, unknown_hubs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import MYBINDER
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web


class HubNotFound(Rule):
    code = "ONL005"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for link in unknown_hubs(repo):
            if web.lacks(Kind.HUB, hub_address(link)):
                yield self.at(
                    link.text("host"),
                    f"There is no BinderHub at `{hub_address(link)}`, so the launch fails",
                    help=f"Launch on {MYBINDER} or another hub that is running",
                    fix=Fix(
                        f"Launch on {MYBINDER}",
                        (replace(link.text("scheme", "base"), f"https://{MYBINDER}"),),
                        Applicability.UNSAFE,
                    ),
                )
