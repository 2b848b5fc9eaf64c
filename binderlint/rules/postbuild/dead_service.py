"""dead-service: The build or a notebook downloads from a service that no longer exists."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.ended import SUBVERSION, EndedAddress, ended_addresses
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class DeadService(Rule):
    code = "PBD011"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(ended_addresses)
    def check(self, repo: Snapshot, addresses: tuple[EndedAddress, ...]) -> Iterator[Diagnostic]:
        for one in addresses:
            service, where = one.service, one.where
            if service.instead:
                advice = f"Use `{service.instead}`"
            elif service == SUBVERSION:
                advice = "Use `git clone --depth 1`, with `git sparse-checkout` for a part of it"
            else:
                advice = "Find where the files moved to"
            yield self.at(
                where,
                f"{service.reason}, so {one.by}",
                help=advice,
                severity=Severity.ERROR if one.stops and service.instead else None,
                level=None if one.stops else Level.RUN,
                fix=Fix(f"Use `{service.instead}`", (replace(where.part(0, service.length), service.instead),))
                if service.instead and isinstance(where, Text)
                else None,
            )
