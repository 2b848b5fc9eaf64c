"""launched-branch-missing: A launch link names a branch or tag that the other repository does not have."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.answered import web_answers
from binderlint.facts.launch.refs import USUAL, is_missing
from binderlint.facts.online import named_repositories
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web


class LaunchedBranchMissing(Rule):
    code = "ONL007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for one in named_repositories(repo):
            answer = web.answer(Kind.REPOSITORY, one.name)
            link = one.link
            if not link or not answer or not answer.found or link.launches_repository(repo):
                continue
            if not is_missing(link, answer.refs):
                continue
            ref, name = link.address.branch, one.name.partition("/")[2]
            falls_back = ref in USUAL and link.address.provider == "gh"
            yield self.at(
                link.text("ref"),
                f"`{name}` has no branch `{ref}` any more. Binder shows an error, waits 10 seconds and uses the default branch"
                if falls_back
                else f"`{name}` has no branch or tag `{ref}`, so the launch fails",
                help="Use `HEAD` (the default branch), or a branch or tag that exists",
                severity=Severity.WARNING if falls_back else None,
                level=Level.REPRODUCE if falls_back else None,
                fix=Fix(
                    "Use `HEAD`",
                    (replace(link.text("ref"), "HEAD"),),
                    Applicability.SAFE if falls_back else Applicability.UNSAFE,
                ),
            )
