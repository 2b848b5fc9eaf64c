"""suppression-without-reason: A suppression comment gives no reason."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.lint.comments import CommentRule, Comments
from binderlint.lint.diagnostic import Diagnostic, Level, Severity


class SuppressionWithoutReason(CommentRule):
    code = "BLT005"
    severity = Severity.WARNING
    level = Level.POLISH

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for comment in comments.found:
            if comments.require_reasons and not comment.reason:
                yield self.at(
                    comment.place,
                    f"This comment suppresses {', '.join(comment.rules)} without saying why",
                    help="Add the reason after the bracket",
                )
