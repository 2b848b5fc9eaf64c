"""r-system-libraries: An R package needs a system library that Binder's image does not have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from binderlint.changes.edits import append_lines, create
from binderlint.data import rows
from binderlint.facts.environment.mapping import environment_file
from binderlint.facts.plans import r_plan
from binderlint.facts.r import packages
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import used_file
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


@cache
def _needs() -> dict[str, list[list[str]]]:
    """For each R package the groups of Ubuntu packages of which one must be there."""
    table = rows("r_system_libraries.tsv")
    return {name: [group.split("|") for group in groups.split(" ")] for name, groups in table}


class RSystemLibraries(Rule):
    code = "RLG009"
    severity = Severity.WARNING
    level = Level.RUN

    @about(r_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        source = used_file(repo, "install.R")
        if source is None or environment_file(repo):
            return
        apt = used_file(repo, "apt.txt")
        here = (
            {word.partition("=")[0] for line in apt.lines() for word in line.partition("#")[0].split()}
            if apt
            else set()
        )
        path = plan.path("apt.txt")
        added: set[str] = set()
        for package in packages(source):
            missing = [group[0] for group in _needs().get(package, []) if not here & set(group)]
            if not missing or set(missing) <= added:
                continue
            added |= set(missing)
            edit: Edit = append_lines(apt, "\n".join(missing)) if apt else create(path, "\n".join([*missing, ""]))
            yield self.at(
                package,
                f"`{package}` needs a system library that Binder's image does not have, so loading it ends with an error",
                help=f"Add {listed(missing, 6)} to {path}",
                fix=Fix(f"Add {', '.join(missing)} to {path}", (edit,), Applicability.UNSAFE),
            )
