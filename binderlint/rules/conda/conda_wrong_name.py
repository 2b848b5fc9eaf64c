"""conda-wrong-name: A package is listed under a name that conda does not know."""

from __future__ import annotations

from collections.abc import Iterator, Set

from binderlint.changes.edits import remove, replace
from binderlint.data import rows
from binderlint.facts.environment.channels import channel_list
from binderlint.facts.environment.mapping import conda_list
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.matchspec import MatchSpec, read_specs
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Text

# Channels whose packages are known well enough to say that they have none of these names.
_KNOWN = regex(r"conda-forge|defaults|main|r|anaconda|bioconda|pytorch|nvidia|nodefaults")


class CondaWrongName(Rule):
    code = "CND020"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        items = conda_list(repo)
        channels = [str(one) for one in channel_list(repo) or () if isinstance(one, Text)]
        if items is None or not all(map(_KNOWN.fullmatch, channels)):
            return
        wrong = {name: (right, but) for name, right, but in rows("wrong_conda_names.tsv")}
        listed = {one.key for one in read_specs([item for item in items if isinstance(item, Text)])}
        for index, item in enumerate(items):
            for spec in read_specs([item]):
                right, but = wrong.get(spec.key, ("", ""))
                if spec.key not in wrong or spec.channel or but in channels:
                    continue
                where = (
                    f" Only the channel `{but}` has it" if but else f" It is called `{right}` there" if right else ""
                )
                yield self.at(
                    spec.place,
                    f"conda finds no package `{spec.name}`, so the build stops.{where or ' It is a part of Python'}",
                    help=f"Use `{right}`"
                    if right
                    else "Remove the line: conda-forge's packages are for the CPU where there is no GPU"
                    if but
                    else "Remove the line",
                    fix=_fix(items, index, spec, right, listed),
                )


def _fix(items: Array, index: int, spec: MatchSpec, right: str, listed: Set[str]) -> Fix | None:
    if not right:
        return Fix(f"Remove `{spec.name}`", (remove(items, index),))
    if right in listed:
        return Fix(f"Remove `{spec.name}`", (remove(items, index),))
    if spec.whole or (spec.version and right == "opencv"):
        return None
    trust = Applicability.UNSAFE if spec.version else Applicability.SAFE
    return Fix(f"Write `{right}`", (replace(spec.name, right),), trust)
