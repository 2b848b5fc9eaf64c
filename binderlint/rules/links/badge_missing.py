"""badge-missing: README has no Binder badge."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import insert_lines
from binderlint.facts.for_binder import is_ready_for_binder
from binderlint.facts.launch.links import markup_of
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import MYBINDER, PROVIDERS
from binderlint.read.markup import Markup, read_lines
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class BadgeMissing(Rule):
    code = "LNK010"
    severity = Severity.INFO
    level = Level.POLISH
    needs_git = True

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if repo.hub != MYBINDER or not repo.git.origin or plan.error or plan.default or not is_ready_for_binder(repo):
            return
        readmes = [source for path in repo.list() if path.lower().startswith("readme") and (source := repo.get(path))]
        texts = [source.prose.lower() for source in readmes]
        if any(("/v2/" in text or "binder" in text) and _LAUNCH.search(text) for text in texts):
            return
        for source in sorted(readmes, key=lambda one: not one.name.lower().endswith(".md")):  # what GitHub shows
            markup = markup_of(source)
            if source.name.lower().count(".") == 1 and markup in _BADGES and not source.decode_error:
                prefix, _, name = repo.git.origin.partition("/")
                spec = name if prefix == "gh" else name.replace("/", "%2F")
                url = f"https://{MYBINDER}/v2/{prefix}/{spec}/HEAD"
                edit, heading = _insert(source, markup, url)
                yield self.at(
                    source,
                    "The README has no link that launches this repository on Binder",
                    help=f"Add the badge {'after the first heading' if heading else 'before the text'}",
                    fix=Fix("Add the badge", (edit,), Applicability.UNSAFE),
                )
                return


_LAUNCH = regex(rf"/v2/(?:{'|'.join(sorted(PROVIDERS))})/|mybinder\.org/repo/|launch[-_ ]binder")


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


def _insert(source: Source, markup: Markup, url: str) -> tuple[Replace, bool]:
    """The badge after the first heading; without one, before the text; and whether there is a heading."""
    badge = _BADGES[markup].format(image=_IMAGE, url=url)
    read = list(read_lines(source.lines(), markup))
    lines, hidden = [line.text.removeprefix("\ufeff") for line in read], [not line.shows(0) for line in read]
    first = _after_front_matter(lines)
    number = _first_heading(lines, hidden, markup, first)
    after = lines[number] if number < len(lines) else ""
    before = "\n" if number > first else ""
    if markup is Markup.HTML or _BADGE_LINE.match(after):
        text = badge
    elif not after.strip() and number > first:
        text = f"{before}{badge}"
    else:
        text = f"{before}{badge}\n" if after.strip() else badge
    return insert_lines(source, number + 1, text), number > first


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
