"""RUN: R versions and dates in runtime.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.runtime import Runtime
    from binderlint.repository import Repository

# `R 4.4 2025/1/5` and what else is written for `r-4.4-2025-01-05`.
_MEANT = regex(r"r(?:[-_ =:]*v?(\d+\.\d+(?:\.\d+)?))?[-_ =:]+(\d{4})([-/._])(\d{1,2})\3(\d{1,2})", re.IGNORECASE)


class RuntimeRInvalid(Rule):
    """runtime.txt has an R version or a date that Binder cannot use.

    For R the line is `r-4.4-2025-01-15`: a small `r`, a version, and the date from which packages are installed, with two digits for month and day. A date in another form, or one that does not exist, stops the build of every kind of
    repository, because repo2docker parses runtime.txt first. `R-` is treated as another language, and no R is installed. repo2docker knows R 3.3 to 4.5 by two numbers, and passes on any three numbers. There is no snapshot
    for a date in the future.

    The file has one line: an R repository has no place for a Python version.

    ## Fix safety

    The fix is safe if one version and one date can be read from the file. It is unsafe if it removes a comment, which runtime.txt cannot contain.
    """

    code = "RUN003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/base.py", "repo2docker/buildpacks/r.py")
    examples = (
        Bad(
            {"runtime.txt": "r-2022-1-15\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "r-2022-01-15\n"},
            why="One digit for the month",
        ),
        Bad(
            {"binder/runtime.txt": "R-4.4-2025-01-15\r\n", "binder/install.R": "1\n"},
            at="binder/runtime.txt:1:1",
            fixed={"binder/runtime.txt": "r-4.4-2025-01-15\r\n"},
            why="A capital letter",
        ),
        Bad(
            {"runtime.txt": "r 4.4 2025/1/5"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "r-4.4-2025-01-05"},
            why="Spaces and slashes",
        ),
        Bad(
            {"runtime.txt": "r-4.4-2025-1-5\n", "environment.yml": "dependencies: [python=3.12]\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "r-4.4-2025-01-05\n"},
            why="One digit, beside environment.yml",
        ),
        Bad(
            {"runtime.txt": "#r-3.6-2019-08-01\nr-3.6-2019-07-05\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "r-3.6-2019-07-05\n"},
            why="A comment above the line",
        ),
        Bad({"runtime.txt": "r-4.4-2025-01-15\npython-3.11\n"}, at="runtime.txt:1:1", why="A second line for Python"),
        Bad({"runtime.txt": "r-2022-02-30\n"}, at="runtime.txt:1:3", why="A date that does not exist"),
        Bad({"runtime.txt": "r-4.4-2999-01-01\n"}, at="runtime.txt:1:7", why="A date in the future"),
        Bad({"runtime.txt": "r-3.2-2022-01-15\n"}, at="runtime.txt:1:3", why="An R that repo2docker does not have"),
        Bad({"runtime.txt": "r-4-2022-01-15\n"}, at="runtime.txt:1:3", why="One number only"),
        Good({"runtime.txt": "r-4.4-2025-01-15\n"}, why="The line as Binder reads it"),
        Good({"runtime.txt": "r-4.4.2-2025-01-15\n"}, why="A version with three numbers"),
        Good({"runtime.txt": "r-2025-01-15\n"}, why="A date without a version, which gives the default R"),
        Good(
            {"runtime.txt": "r-4.4\n", "requirements.txt": "numpy\n"},
            why="No date, which r-runtime-date-missing reports",
        ),
        Good({"runtime.txt": "r-3.6-2018-01-15\n"}, why="An old date, which r-mran reports"),
        Good(
            {"runtime.txt": "r-3.2-2022-01-15\n", "Project.toml": "[deps]\n"},
            why="A Julia repository, where no R is installed",
        ),
        Good(
            {"runtime.txt": "R-4.4\n", "Dockerfile": "FROM quay.io/jupyter/minimal-notebook:2025-01-01\n"},
            why="With a Dockerfile, Binder does not read runtime.txt",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        runtime = repo.runtime
        if runtime is None or not re.match(r"\W*r(?![a-z])", runtime.text, re.IGNORECASE):
            return
        if runtime.error or runtime.name != "r":
            yield self._unread(runtime)
        elif repo.plan.buildpack == "RBuildPack" and runtime.date:
            yield from self._values(runtime)

    def _unread(self, runtime: Runtime) -> Diagnostic:
        text = runtime.text
        lines = [line.partition("#")[0].strip("\ufeff\"'` \t") for line in text.splitlines()]
        lines = [line for line in lines if line]
        found = _MEANT.fullmatch(lines[0]) if len(lines) == 1 else None
        meant = ""
        if found:
            version, year, _, month, day = found.groups()
            meant = "-".join(["r", *([version] if version else []), year, month.zfill(2), day.zfill(2)])
        wrong_date = (
            runtime.date if runtime.error and runtime.date and re.fullmatch(r"\d{4}-\d\d-\d\d", runtime.date) else None
        )
        if wrong_date is not None:
            return self.at(
                wrong_date,
                f"There is no date `{wrong_date}`, and repo2docker stops the build of the whole repository at it",
                help="Write a date that exists, as year, month and day",
            )
        consequence = (
            "repo2docker stops the build of the whole repository at it" if runtime.error else "no R is installed"
        )
        return self.at(
            text,
            f"runtime.txt holds {len(lines)} lines where repo2docker reads one, and {consequence}"
            if len(lines) > 1
            else f"`{text.splitlines()[0]}` is not how repo2docker reads R and its date, and {consequence}",
            help=f"Write `{meant or 'r-4.4-2025-01-15'}`",
            fix=Fix(f"Write `{meant}`", (replace(text, meant),)) if meant and _exists(meant[-10:]) else None,
        )

    def _values(self, runtime: Runtime) -> Iterator[Diagnostic]:
        from datetime import date

        from binderlint.buildpacks.tables import repo2docker

        known = repo2docker()["r"]["versions"]
        if runtime.version and runtime.version not in known and runtime.version.count(".") != 2:
            if runtime.version < "4.5" or not re.fullmatch(r"\d\.\d+", runtime.version):
                yield self.at(
                    runtime.version,
                    f"repo2docker has no R {runtime.version}, and stops the build",
                    help=f"Take one of {', '.join(sorted(known))}, or a full version such as `{known['4.4']}`",
                )
        if runtime.date and runtime.date > date.today().isoformat():
            yield self.at(
                runtime.date,
                f"{runtime.date} is in the future: there is no snapshot of R packages for it, and the build stops",
                help="Write a date that has passed",
            )


def _exists(date: str) -> bool:
    from datetime import datetime

    try:
        datetime.strptime(date, "%Y-%m-%d")
    except ValueError:
        return False
    return True
