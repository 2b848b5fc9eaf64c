"""runtime-r-invalid: runtime.txt has an R version or a date that Binder cannot use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.for_binder import is_refused
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.digits import DAY
from binderlint.read.runtime import Runtime
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.tables import repo2docker
from binderlint.snapshot import Snapshot
from binderlint.today import today

# `R 4.4 2025/1/5` and what else is written for `r-4.4-2025-01-05`.
_MEANT = regex(r"r(?:[-_ =:]*v?(\d+\.\d+(?:\.\d+)?))?[-_ =:]+(\d{4})([-/._])(\d{1,2})\3(\d{1,2})", re.IGNORECASE)
_PYTHON = regex(r"python-\d+(?:\.\d+)?")


class RuntimeRInvalid(Rule):
    code = "RUN003"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(runtime_file)
    def check(self, repo: Snapshot, runtime: Runtime) -> Iterator[Diagnostic]:
        if not re.match(r"\W*r(?![a-z])", runtime.text, re.IGNORECASE):
            return
        if runtime.error or runtime.name != "r":
            yield self._unread(repo, runtime)
        elif build_plan(repo).buildpack == Buildpack.R and runtime.date:
            yield from self._values(runtime)

    def _unread(self, repo: Snapshot, runtime: Runtime) -> Diagnostic:
        text = runtime.text
        several = len([line for line in text.splitlines() if line.strip()])
        lines = [line.partition("#")[0].strip("\ufeff\"'` \t") for line in text.splitlines()]
        lines = [line for line in lines if line]
        found = [one for line in lines if (one := _meant(line)) and _exists(one[-10:])]
        meant = found[0] if len(found) == 1 else ""
        if len(lines) == 1 and _PYTHON.fullmatch(lines[0]):
            meant = lines[0]  # with R in a comment, which repo2docker does not know
        wrong_date = runtime.date if runtime.error and runtime.date and DAY.fullmatch(runtime.date) else None
        if wrong_date is not None:
            return self.at(
                wrong_date,
                f"The date {wrong_date} does not exist, so repo2docker stops the build of the whole repository",
                help="Use a date that exists, as year, month and day",
            )
        consequence = "it stops the build of the whole repository" if runtime.error else "no R is installed"
        return self.at(
            text,
            f"runtime.txt has {several} lines, which repo2docker reads as one value, so {consequence}"
            if several > 1
            else f"repo2docker cannot read `{text.splitlines()[0]}` as R and a date, so {consequence}",
            help=f"Keep only `{meant}`" if meant and several > 1 else f"Use `{meant or 'r-4.4-2025-01-15'}`",
            fix=Fix(
                f"Change it to `{meant}`",
                (replace(text, meant),),
                Applicability.UNSAFE if several > 1 else Applicability.SAFE,
            )
            if meant
            else None,
            level=None if runtime.error or is_refused(repo) else Level.RUN,
        )

    def _values(self, runtime: Runtime) -> Iterator[Diagnostic]:
        tables = repo2docker()
        known = tables["r"]["versions"]
        if runtime.version and runtime.version not in known and runtime.version.count(".") != 2:
            newer = runtime.version in tables["r"]["unreleased"]
            yield self.at(
                runtime.version,
                f"repo2docker {tables['release']} does not know R {runtime.version} yet, so the build stops"
                if newer
                else f"repo2docker has no R {runtime.version}, so the build stops",
                help=f"Use one of {', '.join(sorted(known))}"
                + (
                    ", until your BinderHub has a newer repo2docker"
                    if newer
                    else f", or a full version such as `{known['4.4']}`"
                ),
            )
        if runtime.date and runtime.date > today():
            yield self.at(
                runtime.date,
                f"{runtime.date} is in the future. There is no snapshot of R packages for it, so the build stops",
                help="Use a date in the past",
            )


def _meant(line: str) -> str:
    """R and a day as repo2docker reads them, for what stands for them; empty for anything else."""
    found = _MEANT.fullmatch(line)
    if found is None:
        return ""
    version, year, _, month, day = found.groups()
    return "-".join(["r", *([version] if version else []), year, month.zfill(2), day.zfill(2)])


def _exists(date: str) -> bool:
    from datetime import datetime

    try:
        datetime.strptime(date, "%Y-%m-%d")
    except ValueError:
        return False
    return True
