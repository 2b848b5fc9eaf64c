"""package-needs-newer-python: The repository's own package does not allow the Python of the build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import own_python
from binderlint.facts.environment.python import python_minor
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import pip_admits
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PackageNeedsNewerPython(Rule):
    code = "PBD013"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        script, plan = post_build_script(repo), build_plan(repo)
        if script is None or plan.python is None or not plan.transparent:
            return
        if any(
            spec.key == "python" and not re.match(r"=+\s*\d+\.\d+", spec.version or "") for spec in conda_specs(repo)
        ):
            return
        written = own_python(repo)
        if not written:
            return
        version = python_minor(repo)
        if not version or any(pip_admits(written, f"{version}.{patch}") is not False for patch in (0, 5, 12, 99)):
            return
        for command in script.executed:
            if not re.fullmatch(r"pip[\d.]*", command.name) or command.values[:1] != ("install",) or command.ignored:
                continue
            own = any(re.fullmatch(r"\./?(?:\[[\w,-]+\])?", one) for one in command.operands[1:])
            if (
                own
                and command.cwd == ""
                and not command.has("--ignore-requires-python")
                and "run" not in " ".join(command.wrappers)
            ):
                yield self.at(
                    command.place,
                    f"The package of this repository needs Python {written}, but Binder builds with Python {version}, so pip refuses to install it",
                    help="Choose a Python that it allows in environment.yml or runtime.txt",
                    level=None if script.decides(command) else Level.RUN,
                )
