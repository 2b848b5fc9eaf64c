"""conda-wrong-name: A package is listed under a name that conda does not know."""

from __future__ import annotations

from collections.abc import Iterator, Set

from binderlint.changes.edits import remove, replace
from binderlint.data import rows
from binderlint.facts.environment.channels import channel_list, has_other_channel
from binderlint.facts.environment.mapping import conda_list
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.matchspec import MatchSpec, read_specs
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Text


class CondaWrongName(Rule):
    code = "CND020"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(conda_list)
    def check(self, repo: Snapshot, items: Array) -> Iterator[Diagnostic]:
        channels = [str(one) for one in channel_list(repo) or () if isinstance(one, Text)]
        if has_other_channel(repo):
            return
        wrong = {name: (right, but) for name, right, but in rows("wrong_conda_names.tsv")}
        listed = {one.key for one in read_specs([item for item in items if isinstance(item, Text)])}
        for index, item in enumerate(items):
            for spec in read_specs([item]):
                right, but = wrong.get(spec.key, ("", ""))
                if spec.key not in wrong or spec.channel or but in channels:
                    continue
                message, advice = _said(str(spec.name), right, but)
                yield self.at(spec.place, message, help=advice, fix=_fix(items, index, spec, right, listed))


def _said(name: str, right: str, but: str) -> tuple[str, str]:
    """What is wrong with a name, and what to do."""
    if right:
        return f"conda calls this package `{right}` and finds no `{name}`, so the build stops", f"Use `{right}`"
    if but:
        advice = "Remove the line: conda-forge's `pytorch` installs the build for the CPU where there is no GPU, as on Binder"
        return f"Only the channel `{but}`, which is not listed, has `{name}`, so the build stops", advice
    return (
        f"`{name}` is a part of Python and conda finds no package of this name, so the build stops",
        "Remove the line",
    )


def _fix(items: Array, index: int, spec: MatchSpec, right: str, listed: Set[str]) -> Fix | None:
    if not right or right in listed:
        return Fix(f"Remove `{spec.name}`", (remove(items, index),))
    if spec.whole or (spec.version and right == "opencv"):
        return None
    trust = Applicability.UNSAFE if spec.version else Applicability.SAFE
    return Fix(f"Write `{right}`", (replace(spec.name, right),), trust)
