"""badge-nbgitpuller-encoding: A link for nbgitpuller inside a launch link is not encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import is_template
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeNbgitpullerEncoding(Rule):
    code = "LNK020"
    severity = Severity.WARNING
    level = Level.RUN

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            pull = link.address.parameter("urlpath")
            if pull is None or not isinstance(pull.value, Text) or is_template(pull.value):
                continue
            if not re.match(r"/*git-(?:pull|sync)\b", pull.decoded):
                continue
            ands = [pull.value.part(*found.span()) for found in _HTML_AND.finditer(pull.value)]
            if ands:
                yield self.at(
                    ands[0],
                    "This `&` was escaped for HTML before it was encoded, so nbgitpuller does not see what follows it",
                    help=f"Replace `{ands[0]}` with `%26`",
                    fix=Fix("Write `%26`", tuple(replace(one, "%26") for one in ands)),
                )
            after = link.address.query[link.address.query.index(pull) + 1 :]
            lost = [parameter for parameter in after if parameter.name in _NESTED]
            if lost:
                name = lost[0].name
                assert isinstance(name, Text)
                edits = []
                for parameter in lost:
                    written = f"%26{parameter.name}%3D{quote(parameter.value, safe='/:@', errors='surrogateescape')}"
                    edits.append((parameter, written))
                rest = [parameter for parameter in after if parameter not in lost]
                text = "".join(written for _, written in edits) + "".join("".join(parameter) for parameter in rest)
                start = sum(len("".join(parameter)) for parameter in link.address.query[: -len(after)])
                query = link.onwards("query")
                yield self.at(
                    name,
                    f"The `&` before `{name}` is not encoded: Binder treats `{name}` as its own, and nbgitpuller does not see it",
                    help="Use `%26` for each `&` after `git-pull`",
                    fix=Fix("Encode it", (replace(query.part(start, len(query)), text),)),
                )


_HTML_AND = regex(r"%26amp(?:%3B|;)", re.IGNORECASE)


# The parameters of nbgitpuller's address (nbgitpuller/handlers.py).
_NESTED = frozenset(
    {"repo", "branch", "urlpath", "urlPath", "subPath", "subpath", "depth", "targetPath", "targetpath", "app", "backup"}
)
