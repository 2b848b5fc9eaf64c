"""badge-conflicting-params: A launch link says twice what opens."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import live_launches
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import PATH_PARAMETERS
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeConflictingParams(Rule):
    code = "LNK015"
    severity = Severity.WARNING
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            query, taken = link.address.query, link.address.target
            lost = [one for one in query if one.name in PATH_PARAMETERS and one is not taken]
            if taken is None or not lost or any(one.decoded.startswith("git-pull") for one in (taken, *lost)):
                continue
            kept = [one for one in query if one not in lost]
            text = "".join("".join(one._replace(lead="?") if one is kept[0] else one) for one in kept)
            name = lost[0].name
            assert isinstance(name, Text)
            yield self.at(
                name,
                f"Binder uses `{taken.name}` and ignores `{name}` beside it",
                help=f"Keep one of the two; currently `{taken.name}` decides",
                fix=Fix(f"Remove `{name}`", (replace(link.onwards("query"), text),), Applicability.UNSAFE),
            )
