"""pin-python-mismatch: A pinned version does not exist for the Python of the build."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.python import for_folder, other_python
from binderlint.facts.environment.held import held_by_file, pip_lists
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PinPythonMismatch(Rule):
    code = "PIN005"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(pip_lists)
    def check(self, repo: Snapshot, lists: tuple[tuple[Requirement, ...], ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = plan.python.version if plan.python else ""
        for held in held_by_file(repo, python):
            found = [one for one in held if one.missing]
            if not found:
                continue
            first = found[0]
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            yield self.at(
                first.requirement.text,
                f"{first.named} {first.lacks} {python}, which Binder uses here{more}: pip finds no such version and the build stops",
                help=f"Pin other versions, or a Python that all of these support in {folder}"
                if (folder := for_folder(repo))
                else "Pin a Python that all the versions support, or other versions",
                fix=other_python(repo, python),
            )
