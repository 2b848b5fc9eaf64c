"""r-install-arguments: install.packages takes the second package for a folder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from binderlint.changes.edits import insert
from binderlint.facts.r import Argument, calls, install_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Source

_PACKAGE = regex(r"([\"'])[A-Za-z][A-Za-z0-9.]+\1")
# Functions that may make the folder or go to where it is, or go on after the error.
_MAY_WORK = frozenset({"dir.create", "dir_create", "system", "system2", "setwd", "try", "tryCatch"})


class RInstallArguments(Rule):
    code = "RLG013"
    severity = Severity.ERROR
    level = Level.RUN

    @about(install_script)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        found = calls(source)
        for call in found if _MAY_WORK.isdisjoint(call.name for call in found) else ():
            if call.name != "install.packages" or any(one.name in ("lib", "pkgs") for one in call.arguments):
                continue
            packages = list(takewhile(_is_package, call.arguments))
            rest = call.arguments[len(packages) :]
            if len(packages) < 2 or any(not one.name for one in rest):
                continue
            (folder,) = packages[1].strings
            if repo.is_dir(str(folder)):
                continue
            listed = f"c({', '.join(one.text for one in packages)})"
            first, last = packages[0].text.place, packages[-1].text.place
            yield self.at(
                folder,
                f"The second argument of `install.packages` is a folder. There is no folder `{folder}`, so nothing is installed here, install.R ends, and the build continues",
                help=f"Write `install.packages({listed})`",
                fix=Fix(
                    "Put the packages in `c(...)`",
                    (insert(source, first.span.start, "c("), insert(source, last.span.end, ")")),
                ),
            )


def _is_package(argument: Argument) -> bool:
    return not argument.name and _PACKAGE.fullmatch(argument.text) is not None
