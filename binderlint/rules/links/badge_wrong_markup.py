"""badge-wrong-markup: A badge uses the markup of another language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import between, insert, replace
from binderlint.facts.launch.links import Link, launch_links
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import parse_address
from binderlint.read.markup import Line, Markup, read_lines
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text


class BadgeWrongMarkup(Rule):
    code = "LNK024"
    severity = Severity.WARNING
    level = Level.POLISH

    @about(launch_links)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        files = {link.url.place.path: link for link in links}
        for path, link in files.items():
            source = repo.sources[path]
            if path.lower().endswith(".ipynb") or link.markup not in (Markup.MARKDOWN, Markup.RST):
                continue
            lines = list(read_lines(source.lines(), link.markup))
            if link.markup is Markup.MARKDOWN:
                yield from self._rst_in_markdown(lines)
            else:
                yield from self._markdown_in_rst(lines, source)

    def _rst_in_markdown(self, lines: list[Line]) -> Iterator[Diagnostic]:
        for number, line in enumerate(lines):
            found = _DIRECTIVE.match(line.text) if line.text.startswith("..") else None
            if not found or not line.shows(0) or not _is_badge(found[1]) or _in_rst(lines, number):
                continue
            options: dict[str, str] = {}
            last = number
            while last + 1 < len(lines) and (option := _OPTION.match(lines[last + 1].text)):
                options[option[1]] = option[2] or ""
                last += 1
            image = f"![{options.get('alt') or 'Binder'}]({found[1]})"
            text = f"[{image}]({options['target']})" if options.get("target") else image
            place = between(line.text, lines[last].text)
            yield self.at(
                line.text,
                "This badge is written in reStructuredText. Markdown shows it as plain text, so nobody can click on it",
                help=f"Use `{text}`",
                fix=Fix("Write it in Markdown", (replace(place, text),)),
            )

    def _markdown_in_rst(self, lines: list[Line], source: Source) -> Iterator[Diagnostic]:
        for number, line in enumerate(lines):
            if (glued := _GLUED.match(line.text)) and line.shows(glued.start(1)) and _is_badge(glued[2]):
                yield self.at(
                    line.text.part(glued.start(1), glued.end(2)),
                    "A space is missing after `image::`, so reStructuredText takes the badge for a comment, and nobody sees it",
                    help=f"Use `.. image:: {glued[2]}`",
                    fix=Fix("Add the space", (insert(source, line.text.place.span.start + glued.end(1), " "),)),
                )
            for found in _BADGE.finditer(line.text):
                if not line.shows(found.start()) or not _is_badge(found["image"]):
                    continue
                text = f".. image:: {found['image']}\n"
                text += f"   :target: {found['url']}\n" if found["url"] else ""
                text += f"   :alt: {found['alt'] or 'Binder'}"
                alone = found.group() == line.text.strip()
                badge = line.text.part(*found.span())
                yield self.at(
                    badge,
                    "This badge is written in Markdown. reStructuredText shows it as plain text, so nobody can click on it",
                    help="Use `.. image::` with a `:target:`",
                    fix=Fix("Write it in reStructuredText", (_directive(badge, text, lines, number, source),))
                    if alone
                    else None,
                )


_DIRECTIVE = regex(r"\.\. (?:\|[^|]+\| )?(?:image|figure):: +(\S+)\s*$")


_GLUED = regex(r"\s*(\.\. (?:\|[^|]+\| )?(?:image|figure)::)(\S+)\s*$")


_OPTION = regex(r"\s+:(\w+):[ \t]*(\S.*?)?\s*$")


_BADGE = regex(r"\[!\[(?P<alt>[^\]]*)\]\((?P<image>[^)\s]+)\)\]\((?P<url>[^)\s]+)\)")


def _is_badge(image: str) -> bool:
    address = parse_address(image)
    return (address is not None and "badge" in address.lead) or bool(re.search(r"img\.shields\.io/.*binder", image))


def _in_rst(lines: list[Line], number: int) -> bool:
    """Whether the fence above a line is one of MyST for reStructuredText."""
    fence = next(
        (line.text for line in reversed(lines[:number]) if line.text.lstrip().startswith(("```", "~~~", ":::"))), ""
    )
    return "eval-rst" in fence


def _directive(badge: Text, text: str, lines: list[Line], number: int, source: Source) -> Replace:
    """The directive in the place of a line, with a blank line around it."""
    before = "\n" if number and lines[number - 1].text.strip() else ""
    after = "\n" if number + 1 < len(lines) and lines[number + 1].text.strip() else ""
    return replace(badge, (before + text + after).replace("\n", source.newline))
