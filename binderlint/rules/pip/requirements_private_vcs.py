"""requirements-private-vcs: A requirement needs a key or a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import PipFile, pip_files, pip_requirements, server_requirements
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class RequirementsPrivateVcs(Rule):
    code = "PIP004"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(pip_files)
    def check(self, repo: Snapshot, files: tuple[PipFile, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = plan.python.version if plan.python else "3.10"
        for one in (*pip_requirements(repo), *server_requirements(repo)):
            if not one.url or not one.applies(python):
                continue
            if found := re.match(
                r"(git\+)(?:ssh://(?:[^@/]+@)?([^/:]+)(?::\d+)?[/:]|(?:ssh:)?[^@/\s]+@([^/:]+):)",
                one.url,
            ):
                host = found[2] or found[3]
                yield self.at(
                    one.url,
                    "This is downloaded over ssh, for which the build has no key, so pip stops the build",
                    help="Use the `https` address of a public repository",
                    fix=Fix("Use https", (replace(one.url.part(0, found.end()), f"git+https://{host}/"),), Applicability.UNSAFE)
                    if one.url.place.text == one.url
                    else None,
                )  # fmt: skip
            elif _SECRET.search(one.url):
                yield self._secret(one.url)
        for file in files:
            for option in file.options:
                if option.name in ("--index-url", "--extra-index-url", "--find-links") and _SECRET.search(option.value):
                    yield self._secret(option.value)

    def _secret(self, where: Text) -> Diagnostic:
        return self.at(
            where,
            "This address contains a password or token. The repository and every image built from it publish it",
            help="Revoke it, and install from a public address",
            level=Level.RUN,
        )


_SECRET = regex(r"//[^/@:\s$]+:[^/@\s$]{3,}@|//(?:ghp_|github_pat_|glpat-)[\w-]+@")
