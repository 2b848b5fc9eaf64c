"""pyproject-python-jump: `requires-python` in pyproject.toml makes Binder use its newest Python."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import create
from binderlint.facts.environment.projects import pyproject_source
from binderlint.facts.for_binder import is_only_package
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.toml import find_value
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class PyprojectPythonJump(Rule):
    code = "PIP013"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(pyproject_source)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.binder_dir:
            return

        wanted = find_value(source, "project", "requires-python") if _decides(plan) else None
        if wanted is None:
            return
        if plan.error:
            if plan.error.type == "RuntimeError" and "pyproject.toml" in plan.error.message:
                yield self.at(
                    wanted,
                    f"No Python that Binder can use here matches `{wanted}`: {_reason(plan.error.message)}, and the build stops",
                    help="Widen `requires-python`, or give another version in runtime.txt",
                    severity=Severity.ERROR,
                    level=Level.LAUNCH,
                )
            return
        python = plan.python
        if (
            python is None
            or python.place is None
            or python.place.path != "pyproject.toml"
            or "<" in wanted
            or "=" in wanted.replace(">=", "")
            or is_only_package(repo)
        ):
            return
        yield self.at(
            wanted,
            f"`{wanted}` excludes repo2docker's default Python, so it uses the newest it has: currently {python.version}, a newer one with its next release",
            help="Give the version you work with in runtime.txt",
            fix=Fix(
                f"Keep Python {python.version}",
                (create("runtime.txt", f"python-{python.version}\n"),),
                Applicability.UNSAFE,
            )
            if "runtime.txt" not in repo.sources
            else None,
        )


def _decides(plan: Plan) -> bool:
    """Whether pyproject.toml has a say in which Python is used, or that there is none."""
    if plan.error:
        return "pyproject.toml" in plan.error.message
    return bool(plan.python and plan.python.place and plan.python.place.path == "pyproject.toml")


def _reason(message: str) -> str:
    return "runtime.txt gives one that it excludes" if "runtime.txt" in message else "repo2docker has none"
