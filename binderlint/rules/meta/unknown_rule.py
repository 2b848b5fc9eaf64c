"""unknown-rule: A suppression comment names a rule that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.lint.diagnostic import Diagnostic, Level, Severity

if TYPE_CHECKING:
    pass
from binderlint.lint.comments import CommentRule, Comments


class UnknownRule(CommentRule):
    code = "BLT004"
    severity = Severity.WARNING
    level = Level.POLISH

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for comment in comments.found:
            for name in comment.rules:
                if name not in comments.known:
                    yield self.at(
                        comment.place,
                        f"There is no rule `{name}`, so this comment suppresses nothing",
                        help="`binderlint rule --all` lists the rules",
                    )
