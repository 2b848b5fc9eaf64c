"""pin-not-available-for-python: A pinned version is older than the Python of the build."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.python import for_folder, other_python
from binderlint.facts.environment.held import held_by_file, pip_lists
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import named
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PinNotAvailableForPython(Rule):
    code = "PIN006"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(pip_lists)
    def check(self, repo: Snapshot, lists: tuple[tuple[Requirement, ...], ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = plan.python.version if plan.python else ""
        for held in held_by_file(repo, python):
            found = [one for one in held if one.too_old and not one.missing]
            if not found:
                continue
            names = named([one.named for one in found])
            fix = other_python(repo, python)
            older = "is" if len(found) == 1 else "are"
            yield self.at(
                found[0].requirement.text,
                f"{names} {older} older than Python {python}, which Binder uses here. There is no ready-made package, and compiling the source usually fails",
                help=f"{fix.title}, or newer versions of these packages"
                if fix
                else f"Pin newer versions, or a Python of that time in {folder}"
                if (folder := for_folder(repo))
                else "Pin a Python of that time, or newer versions",
                fix=fix,
            )
