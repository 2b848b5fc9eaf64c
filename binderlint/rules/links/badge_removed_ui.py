"""badge-removed-ui: A launch link opens a user interface that Binder no longer includes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.launch.interfaces import written_configuration
from binderlint.facts.launch.refs import opening_here
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeRemovedUi(Rule):
    code = "LNK019"
    severity = Severity.ERROR
    level = Level.RUN
    needs_git = True

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for link in opening_here(repo):
            target = link.address.target
            if target is None or target.name != "urlpath" or not isinstance(target.value, Text):
                continue
            gone = re.match(r"/*(nteract|stencila)\b", target.decoded, re.IGNORECASE)
            if gone and gone[1].lower() not in written_configuration(repo).lower():
                yield self.at(
                    target.value,
                    f"Binder no longer includes `{gone[1]}`, so visitors get `404: Not Found`",
                    help="Open JupyterLab: `?urlpath=lab`",
                )
