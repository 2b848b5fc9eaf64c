"""LAY: documents of Stencila, which repo2docker no longer opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_DAR = re.compile(r"\ufeff?\s*(?:(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)\s*)*(<dar)[\s>]", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# A document made from a notebook or a text with code, or a sheet; other editors of such archives have neither.
_STENCILA = re.compile(r"<document\s[^>]*?(?:\bsrc\s*=\s*[\"'][^\"']|\btype\s*=\s*[\"']sheet[\"'])")
_ARTICLE = '<document id="a" name="a.Rmd" type="article" path="a.Rmd.jats.xml" src="a.Rmd" />'


class StencilaManifest(Rule):
    """The repository contains a Stencila article, which repo2docker no longer opens.

    Until November 2020, repo2docker installed Stencila for every repository with a `manifest.xml`, and a session could open the article in it. Today it writes "Stencila is no longer supported" in
    the build log and goes on without it: the files are there, the editor is not.

    Only a manifest that is certainly Stencila's is reported (a `<dar>` with a document made from a notebook or an R Markdown file, or with a sheet). Builds with a Dockerfile never looked for one.
    """

    code = "LAY020"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/base.py", "jupyterhub/repo2docker#985")
    examples = (
        Bad(
            {
                **_PIP,
                "article/manifest.xml": f"<dar>\n  <documents>\n    {_ARTICLE}\n  </documents>\n  <assets/>\n</dar>\n",
            },
            at="article/manifest.xml:1:1",
            why="An article made from R Markdown",
        ),
        Bad(
            {
                **_PIP,
                "manifest.xml": "<?xml version='1.0'?>\r\n<!-- ours -->\r\n<dar><documents><document type='sheet' path='s.xml'/></documents></dar>",
            },
            at="manifest.xml:3:1",
            why="A sheet, with Windows line endings",
        ),
        Good(
            {**_PIP, "manifest.xml": "<manifest package='org.x.app'><application/></manifest>\n"},
            why="The manifest of an app",
        ),
        Good(
            {**_PIP, "manifest.xml": '<dar><documents><document type="article" path="m.xml"/></documents></dar>\n'},
            why="An article that may be from another editor",
        ),
        Good(
            {**_PIP, "manifest.xml": f"<dar><documents><!-- {_ARTICLE} --></documents></dar>\n"},
            why="The document is in a comment",
        ),
        Good({**_PIP, "manifest.xml": f"<imsmanifest>{_ARTICLE}</imsmanifest>\n"}, why="The manifest of a course"),
        Good({**_PIP, "article/a.xml": f"<dar>{_ARTICLE}</dar>\n"}, why="A file with another name"),
        Good(
            {"Dockerfile": "FROM stencila/base:1\n", "manifest.xml": f"<dar>{_ARTICLE}</dar>\n"},
            why="A build with a Dockerfile",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for source in repo.files:
            if source.name != "manifest.xml" or repo.plan.buildpack == "DockerBuildPack":
                continue
            found = _DAR.match(source.text)
            if found and _STENCILA.search(_COMMENT.sub("", source.text)):
                yield self.at(
                    source.slice(*found.span(1)),
                    "repo2docker has not opened articles of Stencila since November 2020, so this one cannot be read in a session",
                    help="Let readers open the notebook or R Markdown file that it was made from, and remove `manifest.xml`",
                )
