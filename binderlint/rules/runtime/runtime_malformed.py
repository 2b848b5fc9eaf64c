"""runtime-malformed: runtime.txt is not written as Binder reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from binderlint.changes.edits import replace
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.for_binder import is_refused
from binderlint.facts.julia import read_project
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Recode, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.digits import DAY
from binderlint.read.r_versions import DEFAULT, FIRST_SNAPSHOT, of_day
from binderlint.read.runtime import Runtime
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import WITH_RUNTIME, Buildpack
from binderlint.repo2docker.plan import DEFAULT_PYTHON
from binderlint.snapshot import Snapshot

# What people write and mean `python-3.11` by.
_MEANT = regex(r"(?:python|py)?[-_=~: ]*v?(\d\.\d+)(?:\.(?:\d+|x|\*))?", re.IGNORECASE)


class RuntimeMalformed(Rule):
    code = "RUN001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    unreadable = True

    @about(runtime_file)
    def check(self, repo: Snapshot, runtime: Runtime) -> Iterator[Diagnostic]:
        if re.match(r"\W*r\b", runtime.text, re.IGNORECASE):
            return
        plan = build_plan(repo)
        if runtime.error:
            consequence = "the build stops"
        elif plan.buildpack == Buildpack.CONDA or runtime.name == "r":
            return
        elif (
            runtime.text.lower().startswith("julia")
            and plan.julia
            and (project := read_project(repo))
            and project.compat is None
        ):
            return  # julia-version-floats
        elif runtime.name != "python" and plan.buildpack == Buildpack.JULIA:
            consequence = f"Binder does not read it and uses its default, Python {DEFAULT_PYTHON}"
        elif runtime.name != "python":
            consequence = "Binder does not read it, and installs no requirements.txt or Pipfile beside it"
        elif plan.buildpack in (*WITH_RUNTIME, None) and runtime.version and not runtime.is_numbered:
            consequence = "the build stops"
        else:
            return
        written = _day(runtime)
        yield self.at(
            runtime.text if runtime.text else runtime.text.place.source,
            f"{_what(runtime)}, so {consequence}: Binder reads one line such as `{written or 'python-3.11'}`",
            help=f"If this is the day whose packages of R are wanted, write `{written}`, or the version of R that you work with"
            if written
            else "Julia's version belongs in Project.toml, under `[compat]`: delete this file"
            if runtime.text.lower().startswith("julia")
            else "Keep a single line such as `python-3.11`, or delete the file if environment.yml chooses the version",
            fix=_dated(runtime, written) if written else _fix(runtime),
            level=Level.LAUNCH if consequence == "the build stops" or is_refused(repo) else Level.RUN,
        )


def _day(runtime: Runtime) -> str:
    """What a file that holds only a day is meant to be, empty for others: with a day, runtime.txt asks for R."""
    if not DAY.fullmatch(runtime.text):
        return ""
    try:
        day = date.fromisoformat(runtime.text)
    except ValueError:
        return ""
    version = of_day(runtime.text) or DEFAULT
    return f"r-{version}-{day}" if str(day) >= FIRST_SNAPSHOT else ""


def _dated(runtime: Runtime, written: str) -> Fix:
    return Fix(f"Change it to `{written}`", (replace(runtime.text, written),), Applicability.UNSAFE)


def _what(runtime: Runtime) -> str:
    if not runtime.text:
        return "The file is empty"
    if runtime.text.place.source.encoding != "utf-8":
        return "The file is saved as UTF-16, as PowerShell does with `>`, but repo2docker reads only UTF-8"
    if runtime.text.startswith("\ufeff"):
        return "There is an invisible byte order mark before the name"
    lines = [line for line in runtime.text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) > 1:
        return f"The file has {len(lines)} lines, but repo2docker reads only one"
    first = runtime.text.splitlines()[0]
    return f"`{first}` is not a name and version that repo2docker knows"


def _fix(runtime: Runtime) -> Fix | None:
    source = runtime.text.place.source
    if source.encoding != "utf-8":
        return Fix("Save the file as UTF-8", (Recode(source.path),))
    lines = [line.partition("#")[0].strip("\ufeff\"'` \t") for line in runtime.text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) != 1 or not (found := _MEANT.fullmatch(lines[0])):
        return None
    text = f"python-{found.group(1)}"
    return Fix(f"Change it to `{text}`", (replace(runtime.text, text),))
