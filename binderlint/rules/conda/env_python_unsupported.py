"""env-python-unsupported: Binder does not support the listed Python version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.plans import build_error
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.repo2docker.plan import DEFAULT_PYTHON, PlanError
from binderlint.repo2docker.tables import PLATFORM, repo2docker
from binderlint.snapshot import Snapshot

# What repo2docker raises for a Python version that it has no environment for.
_REFUSED = regex(r"Python version .* is not supported!|.* is not valid SemVer string|'\d+'")


_OF_JULIA = ("Project.toml", "JuliaProject.toml")  # their versions end in the same errors


class EnvPythonUnsupported(Rule):
    code = "CND007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_error)
    def check(self, repo: Snapshot, error: PlanError) -> Iterator[Diagnostic]:
        if not _REFUSED.fullmatch(error.message) or error.place.source.name in ("", ".", *_OF_JULIA):
            return
        runtime = runtime_file(repo)
        if runtime and runtime.text.place.source is error.place.source and not runtime.is_numbered:
            return  # runtime-malformed says it
        written = error.place.text.strip("'\" ")
        newest = repo2docker()["python"]["lock_files"][PLATFORM][-1]
        yield self.at(
            error.place,
            f"repo2docker does not support `{written}`, so the build does not start",
            help=f"Use a version from 3.8 to {newest}, with two numbers",
            fix=Fix(
                f"Pin Python {DEFAULT_PYTHON}",
                (replace(error.place, f"python={DEFAULT_PYTHON}"),),
                Applicability.UNSAFE,
            )
            if re.fullmatch(r"python\s*=+\s*3\.\*?", written)
            else None,
        )
