"""own-package-from-pypi: The repository's own package is installed from the package index."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import own_names
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.requirements import canonical
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class OwnPackageFromPypi(Rule):
    code = "PIP012"
    severity = Severity.INFO
    level = Level.REPRODUCE

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        own = own_names(repo)
        if not own or _installed_later(repo):
            return
        for one in pip_requirements(repo):
            if one.key in own and not one.url and not _held(str(one.specifier)):
                path = ".." if one.array is not None and build_plan(repo).binder_dir else "."
                extras = f"[{','.join(one.extras)}]" if one.extras else ""
                whole = one.text.place.text == one.text and not one.marker and _can_be_built(repo)
                yield self._released(
                    one.text,
                    one.name,
                    Fix("Install this commit", (replace(one.text, path + extras),), Applicability.UNSAFE)
                    if whole
                    else None,
                    path,
                )
        for spec in conda_specs(repo):
            if canonical(spec.name) in own and not _held(str(spec.version or "")):
                yield self._released(spec.text, spec.name, None, ".." if build_plan(repo).binder_dir else ".")

    def _released(self, where: Text, name: str, fix: Fix | None, path: str) -> Diagnostic:
        return self.at(
            where,
            f"`{name}` is this repository's own package, but Binder installs its last release instead of this commit",
            help=f"Install `{path}` with pip if visitors should get the code of this commit",
            fix=fix,
        )


def _can_be_built(repo: Snapshot) -> bool:
    """True when pip can install the repository; a setup.cfg alone it refuses."""
    return any(repo.get(name) for name in ("setup.py", "pyproject.toml"))


def _held(version: str) -> bool:
    """Whether a version is chosen, or limited above."""
    return bool(re.search(r"~=|<|(?<![<>!~=])=|^\d", version))


def _installed_later(repo: Snapshot) -> bool:
    """Whether the repository itself is installed after the requirements."""
    if build_plan(repo).buildpack != Buildpack.CONDA and (
        used_file(repo, "setup.py") or used_file(repo, "pyproject.toml")
    ):
        return True
    post_build = used_file(repo, "postBuild")
    lines = post_build.lines() if post_build else ()
    return any("pip" in line and "install" in line and (" ." in line or "setup.py" in line) for line in lines)
