"""badge-ref-not-found: A launch link names a branch, tag or commit that this repository does not have."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.facts.launch.refs import USUAL, is_gone
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class BadgeRefNotFound(Rule):
    code = "LNK008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    needs_git = True

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            ref = link.address.branch
            if not is_gone(link, repo):
                continue
            if ref in USUAL and link.address.provider == "gh":
                yield self.at(
                    link.text("ref"),
                    f"The branch `{ref}` no longer exists. Binder shows an error, waits 10 seconds and uses the default branch",
                    help="Use `HEAD`, which is always the default branch",
                    severity=Severity.WARNING,
                    level=Level.REPRODUCE,
                    fix=Fix("Use `HEAD`", (replace(link.text("ref"), "HEAD"),)),
                )
                continue
            new = _similar(ref, repo)
            yield self.at(
                link.text("ref"),
                f"There is no branch or tag `{ref}` in this repository, so the launch fails",
                help=f"Use `{new}`"
                if new != "HEAD"
                else "Use `HEAD` (the default branch), or a branch or tag that exists",
                fix=Fix(
                    f"Use `{new}`",
                    (replace(link.text("ref"), quote(new, errors="surrogateescape")),),
                    Applicability.UNSAFE,
                ),
            )


def _similar(ref: str, repo: Snapshot) -> str:
    from difflib import get_close_matches

    short = ref.removeprefix("origin/")
    if short in repo.git.refs:
        return short
    close = get_close_matches(ref, sorted(repo.git.refs), 1, 0.75)
    return close[0] if close else "HEAD"
