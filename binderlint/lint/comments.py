"""Comments: rules about the suppression comments of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from binderlint.lint.diagnostic import Diagnostic
from binderlint.lint.report import Hider, Suppressed
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import SUPPRESSION, Place, Source, Span


class Comments(NamedTuple):
    """The suppression comments of a run: all of them, those that suppressed something, and the codes and names of the rules that ran."""

    found: list[Directive]
    used: set[Directive]
    ran: set[str]
    known: set[str]
    require_reasons: bool


class CommentRule(Rule):
    """A rule about the suppression comments of a run, which the linter asks once all other rules have spoken."""

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        yield from ()

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        raise NotImplementedError


class Directive(NamedTuple):
    """A suppression comment: the rules it names (codes or names), why, where, and the line it is about (None for the whole file)."""

    rules: tuple[str, ...]
    reason: str
    place: Place
    line: int | None

    def suppressed(self, found: Diagnostic) -> Suppressed:
        return Suppressed(found, self.reason, Hider(self.place.path, "comment", ", ".join(self.rules)))


def directives(source: Source) -> list[Directive]:
    """The suppression comments of a file. One that has its line for itself is about the next line."""
    if source.name.endswith(".ipynb") or b"binderlint:" not in source.data.replace(
        b"\0", b""
    ):  # UTF-16 is full of zeros
        return []
    found = []
    for match in SUPPRESSION.finditer(source.text):
        line = source.position(match.end())[0]
        alone = not source.text[source.line_starts[line - 1] : match.start()].strip()
        rules = tuple(name.strip() for name in match["rules"].split(",") if name.strip())
        about = None if match["kind"] == "ignore-file" else line + 1 if alone else line
        found.append(Directive(rules, match["reason"], Place(source, Span(*match.span())), about))
    return found
