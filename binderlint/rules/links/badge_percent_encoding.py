"""badge-percent-encoding: The path in a launch link has the wrong encoding."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import Parameter, is_template
from binderlint.read.markup import Markup
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgePercentEncoding(Rule):
    code = "LNK021"
    severity = Severity.WARNING
    level = Level.RUN

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            if " " in link.url and (effect := _of_spaces(link)):
                written = link.url.replace(" ", "%20")
                yield self.at(
                    link.url,
                    f"There are spaces in this address, and {effect}",
                    help="Write `%20` for each of them",
                    fix=Fix("Encode the spaces", (replace(link.url, written),)),
                )
            target = link.address.target
            if target is None or not isinstance(target.value, Text) or is_template(target.value):
                continue
            if not _is_utf8(target):
                yield self.at(
                    target.value,
                    "This path is not encoded as UTF-8, so Binder cannot read it",
                    help="Encode it again, as UTF-8",
                )
            elif (
                target.name != "urlpath" and _TWICE.search(target.value) and not repo.exists(target.decoded.strip("/"))
            ):
                once = _TWICE.sub("%", target.value)
                yield self.at(
                    target.value,
                    "This path is encoded twice. Binder decodes it once, and then the file is not found",
                    help=f"Change it to `{once}`",
                    fix=Fix("Encode it once", (replace(target.value, once),)),
                )


def _of_spaces(link: Link) -> str:
    """What spaces in an address do in its document, empty where they do nothing."""
    place = link.url.place
    if link.markup is Markup.RST and place.source.line(place.line).start < place.span.start:
        return "reStructuredText leaves them out, so the file is not found"
    before = place.source.text[max(0, place.span.start - 2) : place.span.start]
    return "Markdown shows it as text, so there is no link" if link.markup is Markup.MARKDOWN and before == "](" else ""


_TWICE = regex(r"%25(?=[0-9A-Fa-f]{2})")


def _is_utf8(parameter: Parameter) -> bool:
    try:
        unquote_to_bytes(parameter.value.encode("utf-8", "replace")).decode()
    except UnicodeDecodeError:
        return False
    return True
