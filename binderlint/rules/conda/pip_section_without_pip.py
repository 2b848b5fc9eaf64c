"""pip-section-without-pip: environment.yml has a `pip:` list but does not list pip."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert_item
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Table


class PipSectionWithoutPip(Rule):
    code = "CND011"
    severity = Severity.INFO
    level = Level.POLISH

    @about(conda_list)
    def check(self, repo: Snapshot, items: Array) -> Iterator[Diagnostic]:
        if not build_plan(repo).transparent:
            return  # an image installs it
        if any(spec.key in ("pip", "uv") for spec in conda_specs(repo)):
            return
        for index, item in enumerate(items):
            if isinstance(item, Table) and isinstance(item.get("pip"), Array):
                yield self.at(
                    item.key("pip"),
                    "There is a `pip:` list, but pip itself is not listed. Binder adds it, but on your own computer conda warns, and may use the pip of another environment",
                    help="Add `- pip` before it",
                    fix=Fix("Add pip", (insert_item(items, index, "pip"),)),
                )
                return
