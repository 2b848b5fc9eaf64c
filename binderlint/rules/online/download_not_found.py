"""download-not-found: A script downloads from an address that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.online import fetched_files
from binderlint.facts.scripts.commands import failure_effect
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web


class DownloadNotFound(Rule):
    code = "ONL010"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for one in fetched_files(repo):
            if not web.lacks(Kind.FILE, str(one.url)):
                continue
            # curl without --fail saves the page that says so, and goes on.
            notices = one.command.name != "curl" or one.command.has("-f", "--fail", "--fail-with-body")
            decides = notices and one.script.decides(one.command)
            what = (
                f"The download fails, {failure_effect(one.script, one.command)}"
                if notices
                else "curl without `--fail` saves the page that says so instead of the file"
            )
            yield self.at(
                one.url,
                f"This address leads nowhere any more. {what}",
                help="Find where the file is now, or put it into the repository or on Zenodo",
                severity=None if decides else Severity.WARNING,
                level=None if decides else Level.RUN,
            )
