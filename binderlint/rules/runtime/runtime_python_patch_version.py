"""runtime-python-patch-version: runtime.txt names a Python patch version."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.for_binder import has_application_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.runtime import Runtime
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import WITH_RUNTIME
from binderlint.snapshot import Snapshot

_PATCH = regex(r"(\d+\.\d+)\.\d+(?:\.\d+)*")


class RuntimePythonPatchVersion(Rule):
    code = "RUN002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(runtime_file)
    def check(self, repo: Snapshot, runtime: Runtime) -> Iterator[Diagnostic]:
        if runtime.name != "python" or runtime.version is None or runtime.date:
            return
        if build_plan(repo).buildpack in (*WITH_RUNTIME, None) and (found := _PATCH.fullmatch(runtime.version)):
            yield self.at(
                runtime.version,
                f"Binder accepts only two numbers for the Python version here, so `{runtime.version}` stops the build",
                help=f"Use `python-{found.group(1)}`"
                + (
                    ", or, where another service needs all three numbers, put Binder's files in a folder `binder`"
                    if has_application_files(repo)
                    else ""
                ),
                fix=Fix(f"Change it to `python-{found.group(1)}`", (replace(runtime.version, found.group(1)),)),
            )
