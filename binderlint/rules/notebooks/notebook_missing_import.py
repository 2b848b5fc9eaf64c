"""notebook-missing-import: A notebook imports a package that the build does not install."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append, append_lines
from binderlint.facts.environment.mapping import conda_list
from binderlint.facts.environment.provided import provided
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import imports, installs
from binderlint.read.packages import missing_modules, package_of
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot


class NotebookMissingImport(Rule):
    code = "NBK004"
    severity = Severity.WARNING
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:

        pages = [one for one in shown_notebooks(repo) if one.is_python]
        there = provided(repo) if pages else None
        if there is None:
            return
        local = _local_modules(repo)
        missing = missing_modules(there, local)
        default = build_plan(repo).default
        told: set[str] = set()
        for one in pages:
            cells = [
                cell
                for cell in one.code
                if missing and missing.search(cell.text) and "raises-exception" not in str(cell.data.get("metadata"))
            ]
            if not cells:
                continue
            own = [install for cell in one.code if "install" in cell.text for install in installs(cell.text)]
            if own or any("install" in cell.text and re.search(r"pip|conda|mamba", cell.text) for cell in one.code):
                continue
            for cell in cells:
                for imported in imports(cell.text):
                    package = package_of(imported.name)
                    if package and package.name not in there | told and imported.name not in local:
                        told.add(package.name)
                        yield self.at(
                            one.line(cell.number, imported.line),
                            f"`{imported.name}` is imported here, and no environment file lists it, so this cell ends with an error"
                            if default
                            else f"`{imported.name}` is not installed in this environment, so this cell ends with an error",
                            help=f"Add `{package.name}` to a requirements.txt"
                            if default
                            else f"Add `{package.condas[0] if conda_list(repo) is not None else package.name}` to the environment",
                            fix=_add(repo, package.name, package.condas[0]),
                        )


def _local_modules(repo: Snapshot) -> frozenset[str]:
    """Names that may be imported from files of the repository, wherever they are."""
    names = set()
    for path in repo.sources:
        parts = path.split("/")
        names |= set(parts[:-1])
        if parts[-1].endswith((".py", ".so", ".pyx")):
            names.add(parts[-1].partition(".")[0])
    return frozenset(names)


def _add(repo: Snapshot, pip: str, conda: str) -> Fix | None:
    """Add a package to the file of the environment."""
    edit: Edit | None = None
    dependencies = conda_list(repo)
    if dependencies is not None:
        edit, name, path = append(dependencies, conda), conda, dependencies.place.path
    elif source := used_file(repo, "requirements.txt"):
        edit, name, path = append_lines(source, pip), pip, source.path
    return Fix(f"Add `{name}` to {path}", (edit,), Applicability.UNSAFE) if edit else None
