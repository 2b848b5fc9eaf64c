"""env-duplicate-dependency: `dependencies` lists a package twice."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import remove
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import can_agree, conda_test
from binderlint.read.matchspec import MatchSpec
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Text


class EnvDuplicateDependency(Rule):
    code = "CND017"
    severity = Severity.INFO
    level = Level.POLISH

    @about(conda_list)
    def check(self, repo: Snapshot, array: Array) -> Iterator[Diagnostic]:
        seen: dict[str, MatchSpec] = {}
        items = list(enumerate(array))
        numbers = {item.place.span.start: number for number, item in reversed(items) if isinstance(item, Text)}
        for spec in conda_specs(repo):
            before = seen.setdefault(spec.key, spec)
            if before is spec or before.place == spec.place:  # the second by an alias of the first
                continue
            agree = can_agree(conda_test(before), conda_test(spec))
            gone = _superfluous(before, spec) if agree else None
            yield self.at(
                spec.place,
                f"`{spec.text}` lists a package a second time: it is already in this list as `{before.text}`"
                + ("" if agree else ", and no version matches both, so nothing can be installed"),
                help="Keep only one of the two",
                fix=_removal(repo, numbers, gone) if gone else None,
                severity=Severity.INFO if agree else Severity.WARNING,
                level=Level.POLISH if agree else Level.LAUNCH,
            )


def _superfluous(before: MatchSpec, spec: MatchSpec) -> MatchSpec | None:
    """The one of two items that adds nothing to the other."""
    if spec.text.lower() == before.text.lower() or spec.text.lower() == spec.key:
        return spec
    return before if before.text.lower() == before.key else None


def _removal(repo: Snapshot, numbers: dict[int, int], spec: MatchSpec) -> Fix | None:
    """The fix that removes an item, by the numbers of the items that begin at each offset, their quotes included."""
    start, items = spec.place.span.start, conda_list(repo)
    number = numbers.get(start, numbers.get(start - 1))
    if items is None or number is None:
        return None
    return Fix("Remove the less specific one", (remove(items, number),))
