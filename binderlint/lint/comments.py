"""Comments: rules about the suppression comments of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binderlint.lint.diagnostic import Diagnostic
from binderlint.lint.rule import Rule

if TYPE_CHECKING:
    from binderlint.lint.suppression import Directive
    from binderlint.snapshot import Snapshot


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
