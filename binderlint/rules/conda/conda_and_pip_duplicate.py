"""conda-and-pip-duplicate: conda and pip both install the same package."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import remove
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import pip_test
from binderlint.read.digits import release
from binderlint.read.matchspec import MatchSpec
from binderlint.read.packages import pip_name
from binderlint.read.requirements import Requirement
from binderlint.snapshot import Snapshot
from binderlint.source import Table


class CondaAndPipDuplicate(Rule):
    code = "CND012"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(conda_specs)
    def check(self, repo: Snapshot, specs: tuple[MatchSpec, ...]) -> Iterator[Diagnostic]:
        conda = {pip_name(spec.name): spec for spec in specs}
        for wanted in pip_requirements(repo):
            spec = conda.get(wanted.key)
            if wanted.array is None or spec is None or wanted.url or wanted.extras or not wanted.key:
                continue
            there = not wanted.specifier or _is_there(spec, wanted)
            yield self.at(
                wanted.text,
                f"`{wanted.name}` is also listed for conda, as `{spec.text}`: "
                + (
                    "pip finds it already installed and does nothing"
                    if there
                    else "if conda installs another version, pip overwrites its files, which can break packages built for it"
                ),
                help="Keep it in only one of the two lists",
                fix=_pip_removal(repo, wanted) if there else None,
                severity=Severity.INFO if there else Severity.WARNING,
                level=Level.POLISH if there else Level.REPRODUCE,
            )


def _is_there(spec: MatchSpec, wanted: Requirement) -> bool:
    """Whether every release that conda may install satisfies pip."""
    found = re.fullmatch(r"={1,2}\s*(\d+(?:\.\d+)+)", spec.version or "")
    if not found:
        return False
    parts = release(found.group(1))
    longer = [parts] if len(parts) > 2 else [(*parts, patch) for patch in range(20)]
    return all(pip_test(wanted)[1](one) for one in longer)


def _pip_removal(repo: Snapshot, wanted: Requirement) -> Fix | None:
    dependencies = conda_list(repo)
    for index, item in enumerate(dependencies or ()):
        if (
            dependencies is not None
            and isinstance(item, Table)
            and list(item) == ["pip"]
            and item["pip"] is wanted.array
        ):
            if wanted.array is not None and len(wanted.array) == 1 and len(dependencies) > 1:
                return Fix("Remove the `pip:` list, which contains nothing else", (remove(dependencies, index),))
    for index, item in enumerate(wanted.array or ()):
        if wanted.array is not None and item.place.span.start <= wanted.text.place.span.start < item.place.span.end:
            return Fix("Remove it from the `pip:` list", (remove(wanted.array, index),))
    return None
