"""pyproject-invalid: No build backend accepts what pyproject.toml says of the package."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.own_package import OwnInstall, own_backend, own_installs, own_table
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.pyproject_faults import faults
from binderlint.snapshot import Snapshot


class PyprojectInvalid(Rule):
    code = "PIP020"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(own_installs)
    def check(self, repo: Snapshot, installs: tuple[OwnInstall, ...]) -> Iterator[Diagnostic]:
        source = repo.get("pyproject.toml")
        if source is None:
            return
        for one in faults(source, own_table(repo), own_backend(repo)):
            yield self.at(
                one.place,
                f"{one.words}, so the package of this repository cannot be built",
                help=one.advice,
                level=None if any(install.stops for install in installs) else Level.RUN,
            )
