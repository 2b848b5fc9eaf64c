"""repository-not-public: A launch or the build needs a repository that is not public."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.online import NamedRepository, named_repositories
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web

_HOSTS = {"gh": "GitHub", "gl": "GitLab"}


class RepositoryNotPublic(Rule):
    code = "ONL006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for one in named_repositories(repo):
            if web.lacks(Kind.REPOSITORY, one.name):
                yield self._said(one)

    def _said(self, one: NamedRepository) -> Diagnostic:
        provider, _, name = one.name.partition("/")
        return self.at(
            one.written,
            f"{_HOSTS[provider]} has no public repository `{name}`, so {one.fails or 'the launch fails'}",
            help="Correct the name, or make the repository public: Binder has no password",
            cause=one.name,
        )
