"""r-undated-repos: install.R installs packages from today's CRAN."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.r import Argument, Call, calls, install_script, is_live_cran
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Span


class RUndatedRepos(Rule):
    code = "RLG007"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(install_script)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        for call in calls(source):
            repos = call.argument("repos")
            for text in repos.strings if repos else ():
                if is_live_cran(text):
                    yield self.at(
                        text,
                        "This is the current CRAN. Packages are installed from here instead of from the day in runtime.txt",
                        help="Remove `repos`; repo2docker has set it to that day",
                        fix=_without(call, repos) if repos and call.name == "install.packages" else None,
                    )
                    break


def _without(call: Call, argument: Argument) -> Fix | None:
    """The call without a named argument that is one string."""
    index = call.arguments.index(argument)
    if index == 0 or not re.fullmatch(r"[\"'][^\"']*[\"']", argument.text):
        return None
    start, end = call.arguments[index - 1].text.place.span.end, argument.text.place.span.end
    edits = (replace(Place(call.text.place.source, Span(start, end)), ""),)
    return Fix("Remove `repos`", edits, Applicability.UNSAFE)
