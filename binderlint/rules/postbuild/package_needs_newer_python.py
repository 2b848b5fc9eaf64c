"""package-needs-newer-python: The repository's own package does not allow the Python of the build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.python import other_python
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import OwnInstall, own_installs, own_python
from binderlint.facts.environment.python import python_minor, python_releases
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import pip_admits
from binderlint.snapshot import Snapshot


class PackageNeedsNewerPython(Rule):
    code = "PBD013"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(own_installs)
    def check(self, repo: Snapshot, installs: tuple[OwnInstall, ...]) -> Iterator[Diagnostic]:
        written, releases = own_python(repo), python_releases(repo)
        if not written or not releases or any(pip_admits(written, one) is not False for one in releases):
            return
        minor = python_minor(repo)
        patched = len(releases) == 1 and re.search(r"\d\.\d+\.[1-9]", written)
        first = next((one for one in installs if one.stops), installs[0])
        # A Python without a minor version: conda may keep the one that is there, or install the newest.
        specs = [spec for spec in conda_specs(repo) if spec.key == "python"]
        open_ = next((spec for spec in specs if not re.match(r"[=\s]*\d+\.\d", spec.version or "")), None)
        if open_ and any(pip_admits(written, f"3.{newer}") for newer in range(int(minor.partition(".")[2]) + 1, 40)):
            yield self.at(
                first.place,
                f"The package of this repository needs Python {written}. Binder starts with Python {minor}, which conda may replace, as `{open_.text}` allows it: where it does not, pip refuses to install the package",
                help="Choose a Python that it allows in environment.yml",
                fix=other_python(repo, minor),
                severity=Severity.WARNING,
                level=None if first.stops else Level.RUN,
            )
            return
        yield self.at(
            first.place,
            f"The package of this repository needs Python {written}, but Binder builds with Python {releases[0] if patched else minor}, so pip refuses to install it",
            help="Choose a Python that it allows in environment.yml or runtime.txt",
            fix=other_python(repo, minor),
            level=None if first.stops else Level.RUN,
        )
