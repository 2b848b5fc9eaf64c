"""Packages: adding one to the environment."""

from __future__ import annotations

from collections.abc import Sequence

from binderlint.changes.edits import append, append_lines, create
from binderlint.facts.environment.mapping import conda_list
from binderlint.lint.diagnostic import Applicability, Edit, Fix
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import build_plan, used_file
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


def add_apt_packages(repo: Snapshot, names: Sequence[str]) -> Fix | None:
    """The fix that adds packages of Ubuntu to apt.txt, which is created where there is none; None where something else has its name."""
    source, path = used_file(repo, "apt.txt"), build_plan(repo).path("apt.txt")
    if source is None and repo.exists(path):
        return None
    lines = "\n".join(names)
    edit: Edit = append_lines(source, lines) if source else create(path, f"{lines}\n")
    return Fix(f"Add {listed(names, 6)} to {path}", (edit,), Applicability.UNSAFE)
