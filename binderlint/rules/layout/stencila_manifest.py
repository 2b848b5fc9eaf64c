"""stencila-manifest: The repository contains a Stencila article, which repo2docker no longer opens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.rare_files import archive_manifests
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source

_DAR = regex(r"\ufeff?\s*(?:(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)\s*)*(<dar)[\s>]", re.DOTALL)


_COMMENT = regex(r"<!--.*?-->", re.DOTALL)


# A document made from a notebook or a text with code, or a sheet; other editors of such archives have neither.
_STENCILA = regex(r"<document\s[^>]*?(?:\bsrc\s*=\s*[\"'][^\"']|\btype\s*=\s*[\"']sheet[\"'])")


class StencilaManifest(Rule):
    code = "LAY020"
    severity = Severity.WARNING
    level = Level.RUN

    @about(archive_manifests)
    def check(self, repo: Snapshot, sources: tuple[Source, ...]) -> Iterator[Diagnostic]:
        if build_plan(repo).buildpack == Buildpack.DOCKER:
            return
        for source in sources:
            found = _DAR.match(source.text)
            if found and _STENCILA.search(_COMMENT.sub("", source.text)):
                yield self.at(
                    source.slice(*found.span(1)),
                    "repo2docker has not opened Stencila articles since November 2020, so visitors cannot read this one",
                    help="Let readers open the notebook or R Markdown file that it was made from, and remove `manifest.xml`",
                )
