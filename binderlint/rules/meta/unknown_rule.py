"""unknown-rule: A suppression comment names a rule that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.lint.comments import CommentRule, Comments
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.naming import codes_of, suggestion

_ADVISED = 20  # words that a better one is looked for in a run


class UnknownRule(CommentRule):
    code = "BLT004"
    severity = Severity.WARNING
    level = Level.POLISH

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        unknown = [(comment, name) for comment in comments.found for name in comment.rules if not codes_of(name)]
        for number, (comment, name) in enumerate(unknown):
            close = suggestion(name) if number < _ADVISED else ""
            yield self.at(
                comment.place,
                f"There is no rule `{name}`, so this comment suppresses nothing",
                help=f"{f'Did you mean `{close}`? ' if close else ''}`binderlint rule --all` lists the rules",
            )
