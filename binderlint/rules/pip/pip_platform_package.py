"""pip-platform-package: requirements.txt lists a package that only Windows or macOS has."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert, replace
from binderlint.facts.environment.foreign import platform_of
from binderlint.facts.environment.installs import pip_requirements
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PipPlatformPackage(Rule):
    code = "PIP007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(pip_requirements)
    def check(self, repo: Snapshot, requirements: tuple[Requirement, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = plan.python.version if plan.python else "3.10"
        for one in requirements:
            platform = platform_of(one.key)
            if not platform or one.url or not one.applies(python):
                continue
            marker = f"sys_platform == '{platform}'"
            edit: Edit
            if one.marker:
                edit = replace(one.marker, f"{marker} and ({one.marker})")
            else:
                end = one.text.place.span.end
                edit = insert(one.text.place.source, end, f" ; {marker}")
            system = "Windows" if platform == "win32" else "macOS"
            quoted = one.array is not None and one.text.place.source.text[one.text.place.span.start - 1] == "'"
            yield self.at(
                one.text,
                f"`{one.name}` exists only for {system}. Binder runs Linux, where pip cannot install it, so the build stops",
                help=f"Add `; {marker}`, or remove the line",
                fix=None if quoted else Fix("Skip it on Linux", (edit,)),
            )
