"""unused-suppression: A suppression comment suppresses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import remove_lines, replace
from binderlint.lint.comments import CommentRule, Comments, Directive
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.naming import codes_of


class UnusedSuppression(CommentRule):
    code = "BLT003"
    severity = Severity.WARNING
    level = Level.POLISH

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for comment in comments.found:
            known = all(map(codes_of, comment.rules))
            if comment.rules and known and comment.codes <= comments.judged and comment not in comments.used:
                yield self.at(
                    comment.place,
                    f"This comment suppresses nothing: {', '.join(comment.rules)} found no problem here",
                    help="Remove the comment, or it will hide the next problem of that kind",
                    fix=Fix(
                        "Remove the comment",
                        (_without(comment),),
                        Applicability.UNSAFE if comment.reason else Applicability.SAFE,
                    ),
                )


def _without(comment: Directive) -> Replace:
    source, span = comment.place.source, comment.place.span
    line = source.line(source.position(span.end)[0])
    return (
        remove_lines(comment.place) if not source.text[line.start : span.start].strip() else replace(comment.place, "")
    )
