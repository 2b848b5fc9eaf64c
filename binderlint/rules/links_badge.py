"""LNK: the badge in the README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.edits import insert_lines
from binderlint.files.launch import MYBINDER, PROVIDERS
from binderlint.files.links import markup_of
from binderlint.files.markup import Markup, read_lines
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Source

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main"}), complete=True)
_READY = {"environment.yml": "dependencies: [python=3.12]\n", "a.ipynb": "{}"}
_MARKDOWN_BADGE = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/HEAD)"


class BadgeMissing(Rule):
    """README has no Binder badge.

    Nobody knows that a repository can be launched on Binder until something says so. The badge launches the newest state of the default branch.

    The fix adds it below the first heading, in the README's own markup.

    ## Fix safety

    The fix is unsafe because it adds a line to what people read.
    """

    code = "LNK010"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/binderhub:binderhub/templates",)
    examples = (
        Bad(
            {**_READY, "README.md": "# Waves\n\nOf the sea.\n"},
            at="README.md:1:1",
            git=_OURS,
            fixed={"README.md": f"# Waves\n\n{_MARKDOWN_BADGE}\n\nOf the sea.\n"},
            why="A README with a heading",
        ),
        Bad(
            {**_READY, "README.md": "Waves\r\n=====\r\n[![CI](https://x.org/ci.svg)](https://x.org)\r\n"},
            at="README.md:1:1",
            git=_OURS,
            fixed={
                "README.md": f"Waves\r\n=====\r\n{_MARKDOWN_BADGE}\r\n[![CI](https://x.org/ci.svg)](https://x.org)\r\n"
            },
            why="An underlined heading and another badge, with Windows line endings",
        ),
        Bad(
            {**_READY, "README.md": "Of the sea, without a heading."},
            at="README.md:1:1",
            git=_OURS,
            fixed={"README.md": f"{_MARKDOWN_BADGE}\n\nOf the sea, without a heading."},
            why="A README without a heading",
        ),
        Bad(
            {**_READY, "README.md": "\ufeff---\ntitle: x\n---\n# Waves\n```\n# code\n```\n"},
            at="README.md:1:1",
            git=_OURS,
            fixed={"README.md": f"\ufeff---\ntitle: x\n---\n# Waves\n\n{_MARKDOWN_BADGE}\n\n```\n# code\n```\n"},
            why="A README with front matter and a byte order mark",
        ),
        Bad(
            {**_READY, "README.md": "See http://api.example.edu/v2/words.\n"},
            at="README.md:1:1",
            git=_OURS,
            fixed={"README.md": f"{_MARKDOWN_BADGE}\n\nSee http://api.example.edu/v2/words.\n"},
            why="A link that looks like a launch link",
        ),
        Bad(
            {**_READY, "README.md": "<h1 align='center'>Waves</h1>\n\nOf the sea.\n"},
            at="README.md:1:1",
            git=_OURS,
            fixed={"README.md": f"<h1 align='center'>Waves</h1>\n\n{_MARKDOWN_BADGE}\n\nOf the sea.\n"},
            why="A heading in HTML",
        ),
        Bad(
            {**_READY, "README.rst": "=====\nWaves\n=====\n\nOf the sea.\n"},
            at="README.rst:1:1",
            git=_OURS,
            fixed={
                "README.rst": "=====\nWaves\n=====\n\n.. image:: https://mybinder.org/badge_logo.svg\n   :target: https://mybinder.org/v2/gh/ada/waves/HEAD\n   :alt: Binder\n\nOf the sea.\n"
            },
            why="A README in reStructuredText",
        ),
        Bad(
            {**_READY, "README.org": "#+TITLE: Waves\n* Waves\nOf the sea.\n"},
            at="README.org:1:1",
            git=Git(origin="gl/lab/sea/waves"),
            fixed={
                "README.org": "#+TITLE: Waves\n* Waves\n\n[[https://mybinder.org/v2/gl/lab%2Fsea%2Fwaves/HEAD][https://mybinder.org/badge_logo.svg]]\n\nOf the sea.\n"
            },
            why="A README in Org",
        ),
        Bad(
            {**_READY, "README.adoc": "= Waves\n\nOf the sea.\n"},
            at="README.adoc:1:1",
            git=_OURS,
            fixed={
                "README.adoc": "= Waves\n\nimage:https://mybinder.org/badge_logo.svg[Binder,link=https://mybinder.org/v2/gh/ada/waves/HEAD]\n\nOf the sea.\n"
            },
            why="A README in AsciiDoc",
        ),
        Bad(
            {**_READY, "README.html": "<html><body>\n<h1>Waves</h1>\n<p>Of the sea.</p>\n</body></html>\n"},
            at="README.html:1:1",
            git=_OURS,
            fixed={
                "README.html": '<html><body>\n<h1>Waves</h1>\n<p><a href="https://mybinder.org/v2/gh/ada/waves/HEAD"><img src="https://mybinder.org/badge_logo.svg" alt="Binder"></a></p>\n<p>Of the sea.</p>\n</body></html>\n'
            },
            why="A README in HTML",
        ),
        Good({**_READY, "README.md": f"# Waves\n{_MARKDOWN_BADGE}\n"}, git=_OURS, why="A README with a badge"),
        Good(
            {**_READY, "README.md": "[run](https://mybinder.org/v2/gh/ada/waves-environment/main?urlpath=lab)\n"},
            git=_OURS,
            why="The badge launches another repository with the environment",
        ),
        Good(
            {**_READY, "README.md": "```\nhttps://binder.example.edu/v2/gh/ada/waves/main\n```\n"},
            git=_OURS,
            why="The launch link is in code",
        ),
        Good({**_READY, "README.md": "# Waves\n"}, why="The address of the repository is not known"),
        Good(
            {"README.md": "# Waves\n", "binder/postBuild": "#!/bin/bash\n"},
            git=_OURS,
            why="No environment, so the repository cannot be launched",
        ),
        Good(
            {**_READY, "binder/a": "", ".binder/a": "", "README.md": "# Waves\n"},
            git=_OURS,
            why="The build fails",
        ),
        Good(
            {"README.md": "# Waves\n", "Project.toml": 'name = "Waves"\n', "docs/index.md": "Text.\n"},
            git=_OURS,
            why="A package that is not for Binder",
        ),
        Good(
            {**_READY, "README.md": "# Waves\n"},
            git=_OURS,
            hub="generic",
            why="Another hub, whose address is not known",
        ),
        Good(
            {
                **_READY,
                "README.md": "# Waves\n",
                "docs/README.md": _MARKDOWN_BADGE + "\n",
                "README.de.md": _MARKDOWN_BADGE,
            },
            git=_OURS,
            why="Other READMEs have the badge",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        if repo.hub != MYBINDER or not repo.git.origin or plan.error or plan.default or not _is_meant_for_binder(repo):
            return
        readmes = [source for path in repo.list() if path.lower().startswith("readme") and (source := repo.get(path))]
        if any(_LAUNCH.search(source.prose) for source in readmes):
            return
        for source in readmes:
            markup = markup_of(source)
            if source.name.lower().count(".") == 1 and markup in _BADGES and not source.decode_error:
                prefix, _, name = repo.git.origin.partition("/")
                spec = name if prefix == "gh" else name.replace("/", "%2F")
                url = f"https://{MYBINDER}/v2/{prefix}/{spec}/HEAD"
                yield self.at(
                    source,
                    "This repository can be launched on Binder, but its README has no link for it",
                    help="Add the badge after the first heading",
                    fix=Fix("Add the badge", (_insert(source, markup, url),), Applicability.UNSAFE),
                )
                return


_LAUNCH = regex(rf"/v2/(?:{'|'.join(sorted(PROVIDERS))})/|mybinder\.org/repo/|launch[-_ ]binder", re.IGNORECASE)
_CONFIGURATION = ("environment.yml", "requirements.txt", "runtime.txt", "postBuild", "start", "install.R", "apt.txt")


def _is_meant_for_binder(repo: Repository) -> bool:
    """Whether there is a binder directory, or configuration beside notebooks: no package that only happens to have one of Binder's files."""
    if repo.plan.binder_dir:
        return True
    notebooks = any(path.endswith((".ipynb", ".Rmd")) for path in repo.sources)
    return notebooks and any(repo.used(name) for name in _CONFIGURATION)


_IMAGE = f"https://{MYBINDER}/badge_logo.svg"
_BADGES = {
    Markup.MARKDOWN: "[![Binder]({image})]({url})",
    Markup.RST: ".. image:: {image}\n   :target: {url}\n   :alt: Binder",
    Markup.HTML: '<p><a href="{url}"><img src="{image}" alt="Binder"></a></p>',
    Markup.ORG: "[[{url}][{image}]]",
    Markup.ASCIIDOC: "image:{image}[Binder,link={url}]",
}
_HEADINGS = {
    Markup.MARKDOWN: regex(r" {0,3}#{1,6}\s|.*</h[1-6]>\s*$", re.IGNORECASE),
    Markup.RST: regex("(?!)"),
    Markup.HTML: regex(r".*</h[1-6]>\s*$", re.IGNORECASE),
    Markup.ORG: regex(r"\*+\s"),
    Markup.ASCIIDOC: regex(r"=+\s"),
}
_UNDERLINES = {
    Markup.MARKDOWN: regex(r" {0,3}(?:=+|-{2,})\s*$"),
    Markup.RST: regex(r"([!-/:-@\[-`{-~])\1{2,}\s*$"),
}
_BADGE_LINE = regex(r"\s*(?:\[!\[|!\[|<a .*<img|<img|image::?)")


def _insert(source: Source, markup: Markup, url: str) -> Replace:
    """The badge after the first heading; without one, before the text."""
    badge = _BADGES[markup].format(image=_IMAGE, url=url)
    read = list(read_lines(source.lines(), markup))
    lines, hidden = [line.text.removeprefix("\ufeff") for line in read], [not line.shows(0) for line in read]
    first = _after_front_matter(lines)
    number = _first_heading(lines, hidden, markup, first)
    after = lines[number] if number < len(lines) else ""
    if markup is Markup.HTML or _BADGE_LINE.match(after):
        return insert_lines(source, number + 1, badge)
    before = "\n" if number > first else ""
    if not after.strip() and number > first:
        return insert_lines(source, number + 1, f"{before}{badge}")
    return insert_lines(source, number + 1, f"{before}{badge}\n" if after.strip() else badge)


def _after_front_matter(lines: list[str]) -> int:
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:], 2):
            if line.strip() in ("---", "..."):
                return number
    return 0


def _first_heading(lines: list[str], hidden: list[bool], markup: Markup, first: int) -> int:
    """The number of lines down to the end of the first heading; those of the front matter when there is none."""
    underline = _UNDERLINES.get(markup)
    for number in range(first, len(lines)):
        if hidden[number]:
            continue
        if _HEADINGS[markup].match(lines[number]):
            return number + 1
        if underline and number > first and lines[number - 1].strip() and underline.match(lines[number]):
            if not underline.match(lines[number - 1]):
                return number + 1
    return first
