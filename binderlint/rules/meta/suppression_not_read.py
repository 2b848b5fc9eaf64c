"""suppression-not-read: A comment looks like a suppression, but is not written as one."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.lint.comments import CommentRule, Comments, Lookalike
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity


class SuppressionNotRead(CommentRule):
    code = "BLT009"
    severity = Severity.INFO
    level = Level.POLISH

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for like in comments.lookalikes:
            fixed = like.certain and like.meant in comments.effective
            yield self.at(
                like.meant.place,
                _message(like),
                help=_advice(like),
                fix=Fix("Write it as a suppression comment", (replace(like.meant.place, like.written),))
                if fixed
                else None,
            )


def _message(like: Lookalike) -> str:
    if not like.written:
        return "Comments in a notebook suppress nothing"
    if not like.meant.rules:
        return "This comment suppresses nothing, since it names no rule"
    return "This comment suppresses nothing, since it is not written as a suppression comment"


def _advice(like: Lookalike) -> str:
    if like.written:
        return f"Write `{like.written}`"
    rules = ", ".join(f'"{rule}"' for rule in like.meant.rules)
    return f'Ignore the rule for this file in binderlint.toml: `per-file-ignores = {{ "{like.meant.place.path}" = [{rules}] }}`'
