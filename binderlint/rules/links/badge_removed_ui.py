"""badge-removed-ui: A launch link opens a user interface that Binder no longer includes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.launch.interfaces import written_configuration
from binderlint.facts.launch.refs import Opened, opened_urlpaths
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class BadgeRemovedUi(Rule):
    code = "LNK019"
    severity = Severity.ERROR
    level = Level.RUN
    needs_git = True

    @about(opened_urlpaths)
    def check(self, repo: Snapshot, targets: tuple[Opened, ...]) -> Iterator[Diagnostic]:
        for target in targets:
            gone = re.match(r"/*(nteract|stencila)\b", target.decoded, re.IGNORECASE)
            if gone and gone[1].lower() not in written_configuration(repo).lower():
                yield self.at(
                    target.value,
                    f"Binder no longer includes `{gone[1]}`, so visitors get `404: Not Found`",
                    help="Open JupyterLab: `?urlpath=lab`",
                )
