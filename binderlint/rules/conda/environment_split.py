"""environment-split: Two files list a package in versions that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class EnvironmentSplit(Rule):
    code = "CND018"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.read.agreement import can_agree, conda_test, pip_name, pip_test

        source = repo.environment_file
        if source is None:
            return
        python = repo.plan.python.version if repo.plan.python else ""
        known = {pip_name(spec): (spec.text, conda_test(spec)) for spec in repo.conda_specs}
        for wanted in repo.requirements:
            if wanted.array is not None and not wanted.url:
                known.setdefault(wanted.key, (wanted.text, pip_test(wanted)))
        for wanted in repo.requirements:
            if wanted.text.place.path == source.path or wanted.url or not wanted.key or not wanted.specifier:
                continue
            if wanted.key in known and wanted.applies(python):
                text, test = known[wanted.key]
                if not can_agree(test, pip_test(wanted)):
                    yield self.at(
                        wanted.text,
                        f"environment.yml asks for `{text}` and this file for `{wanted.text}`, which exclude each other: the one installed last wins, or pip stops",
                        help="Name the package in one of the two files only",
                    )
