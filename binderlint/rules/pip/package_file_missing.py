"""package-file-missing: pyproject.toml names a README or a licence that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.environment.own_package import OwnInstall, own_backend, own_documents, own_installs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot

# Backends that stop; setuptools goes on without the file.
_STRICT = ("hatchling.build", "flit_core.buildapi", "flit.buildapi", "pdm.backend", "poetry.core.masonry.api")

# What runs code of the repository, or of another package, while the backend reads what the package is; it may make the file.
_MAKES = regex(
    r"^\[[^\n]*\bhooks?\b|^[^\n=]*\bhooks?\b[^\n=]*=|\bbackend-path\b|^\[tool\.poetry\.build\]", re.MULTILINE
)


class PackageFileMissing(Rule):
    code = "PIP019"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(own_installs)
    def check(self, repo: Snapshot, installs: tuple[OwnInstall, ...]) -> Iterator[Diagnostic]:
        project = repo.get("pyproject.toml")
        if own_backend(repo) not in _STRICT or not project or _MAKES.search(project.prose):
            return
        for what, path, place in own_documents(repo):
            if repo.get(path.removeprefix("./")) is None:
                yield self.at(
                    place,
                    f"The package of this repository names `{path}` as its {what}, and this file is not in git, so pip cannot build the package",
                    help="Add the file, or do not name it here",
                    level=None if any(one.stops for one in installs) else Level.RUN,
                )
