"""unused-ignore: An entry of the configuration hides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.lint.comments import CommentRule, Comments
from binderlint.lint.diagnostic import Diagnostic, Level, Severity


class UnusedIgnore(CommentRule):
    code = "BLT008"
    severity = Severity.WARNING
    level = Level.POLISH

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for entry in comments.unused:
            what = "found no problem" if entry.option == "ignore" else "found no problem in such files"
            yield self.at(
                entry.place,
                f"This entry of `{entry.option}` hides nothing: what it names {what}",
                help="Remove the entry, or it will hide the next problem of that kind",
            )
