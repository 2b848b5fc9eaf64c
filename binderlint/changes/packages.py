"""Packages: adding one to the environment."""

from __future__ import annotations

from binderlint.changes.edits import append, append_lines
from binderlint.facts.environment.mapping import conda_list
from binderlint.lint.diagnostic import Applicability, Fix
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot


def add_package(repo: Snapshot, pip: str, conda: str) -> Fix | None:
    """The fix that adds a package, under its name for pip or for conda, to the file that Binder installs; None where there is none that lists packages."""
    dependencies = conda_list(repo)
    if dependencies is not None:
        return Fix(f"Add `{conda}` to {dependencies.place.path}", (append(dependencies, conda),), Applicability.UNSAFE)
    source = used_file(repo, "requirements.txt")
    if source is None:
        return None
    return Fix(f"Add `{pip}` to {source.path}", (append_lines(source, pip),), Applicability.UNSAFE)
