"""badge-unknown-parameter: A launch link says what to open in a parameter that Binder does not read."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.facts.launch.refs import is_this_state
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import PATH_PARAMETERS
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeUnknownParameter(Rule):
    code = "LNK026"
    severity = Severity.WARNING
    level = Level.RUN
    needs_git = True

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            if link.address.target is not None:
                continue
            for one in link.address.query:
                right = one.name.lower()
                if right not in PATH_PARAMETERS:
                    path = one.decoded.strip("/")
                    if not (_MEANT.fullmatch(one.name) and path and is_this_state(link, repo) and repo.exists(path)):
                        continue
                    right = "labpath"
                if isinstance(one.name, Text):
                    yield self.at(
                        one.name,
                        f"Binder ignores the parameter `{one.name}`, so visitors get the start page instead of what it names",
                        help=f"Use `{right}`",
                        fix=Fix(f"Use `{right}`", (replace(one.name, right),)),
                    )
                break


# What people write for `labpath` (BinderHub reads labpath, filepath and urlpath, in this spelling: binderhub-client, lib/spec.js).
_MEANT = regex(r"path|file(?:_?name)?|notebook(?:_?path)?|nb(?:_?path)?|lab(?:_path)?|file_path|open")
