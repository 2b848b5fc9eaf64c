"""download-too-large: postBuild downloads a file of a gigabyte or more."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.online import fetched_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web

_GIGABYTE = 1_000_000_000


class DownloadTooLarge(Rule):
    code = "ONL011"
    severity = Severity.WARNING
    level = Level.POLISH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for one in fetched_files(repo):
            answer = web.answer(Kind.FILE, str(one.url))
            if not answer or answer.size < _GIGABYTE or one.script.source.name == "start":
                continue
            yield self.at(
                one.url,
                f"This file is {answer.size / _GIGABYTE:.1f} GB, and the image grows by as much. It is pushed after the build and pulled by every computer that launches it, so visitors wait for minutes",
                help="Download a part of it, or have the notebooks read what they need from where it is",
            )
