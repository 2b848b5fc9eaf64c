"""version-not-installable: PyPI has no version of a package that the requirement and Binder's Python allow."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.environment.python import python_minor
from binderlint.facts.online import chosen_versions
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Web


class VersionNotInstallable(Rule):
    code = "ONL002"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        python = python_minor(repo)
        for one, choice in chosen_versions(repo):
            if choice.taken or not choice.newest:
                continue
            if not choice.allowed:
                yield self.at(
                    one.text,
                    f"PyPI has no version of `{one.name}` that `{one.specifier.strip()}` allows, so pip finds none and the build stops",
                    help=f"Use a version that exists; the newest is {choice.newest}",
                )
                continue
            why = (
                f"{choice.allowed} needs Python {choice.requires}"
                if choice.requires
                else "it has files for others only"
            )
            asked = f" that `{one.specifier.strip()}` allows" if one.specifier.strip() else ""
            yield self.at(
                one.text,
                f"No version of `{one.name}`{asked} can be installed with Python {python}, which Binder uses here ({why}), so the build stops",
                help=f"Use a version for Python {python}, such as {choice.ready}, or another Python"
                if choice.ready
                else "Use another Python",
            )
