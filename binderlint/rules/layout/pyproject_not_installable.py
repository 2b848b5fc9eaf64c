"""pyproject-not-installable: pyproject.toml is the only environment file, and Binder does not install it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from binderlint.changes.edits import append_lines
from binderlint.facts.environment.projects import EXPORTS, PYTHON_LOCKS, in_binder, uninstallable_project
from binderlint.facts.for_binder import is_application, is_refused
from binderlint.facts.launch.launched import launched_elsewhere
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.typed import Any

_BUILD_SYSTEM = '\n[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"'


class PyprojectNotInstallable(Rule):
    code = "LAY016"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(uninstallable_project)
    def check(self, repo: Snapshot, found: tuple[Source, Mapping[str, Any]]) -> Iterator[Diagnostic]:
        if launched_elsewhere(repo):
            return
        source, project = found
        lacks = "a `[build-system]` table" if "project" in project else "a `[project]` table"
        another, fix = is_application(repo), None
        if not another and "project" in project and "build-system" not in project:
            fix = Fix(
                "Add a `[build-system]` table for setuptools",
                (append_lines(source, _BUILD_SYSTEM),),
                Applicability.UNSAFE,
            )
        export = next((EXPORTS[name] for name in PYTHON_LOCKS if repo.get(name)), None)
        if export and another:
            export = in_binder(export)
        yield self.at(
            source,
            f"pyproject.toml does not have {lacks}, so Binder does not install it, and there is no other environment file",
            help=f"Create a requirements.txt in a folder `binder`{f' with `{export}`' if export else ''}"
            if another
            else f"Add the table, or create a requirements.txt{f' with `{export}`' if export else ''}",
            severity=Severity.ERROR if is_refused(repo) else Severity.WARNING,
            level=None if is_refused(repo) else Level.RUN,
            fix=fix,
        )
