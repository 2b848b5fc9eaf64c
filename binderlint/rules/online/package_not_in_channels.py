"""package-not-in-channels: No listed conda channel has the package, or the version."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.online import channel_packages
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.pattern import regex
from binderlint.read.digits import release
from binderlint.read.matchspec import MatchSpec
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web

_NUMBERS = regex(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")


class PackageNotInChannels(Rule):
    code = "ONL004"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for package in channel_packages(repo):
            answers = [web.answer(Kind.CONDA, subject) for subject in package.subjects]
            known = [one for one in answers if one is not None]
            if len(known) < len(answers):
                continue
            channels = listed(subject.partition("/")[0] for subject in package.subjects)
            name, has = package.spec.name, "has" if len(known) == 1 else "have"
            if not any(one.found for one in known):
                yield self.at(
                    package.spec.place,
                    f"{channels} {has} no package `{name}`, so conda cannot install it and the build stops",
                    help="Correct the name, list the channel that has it, or install it with pip: move it to the list under `pip:`",
                )
            elif versions := [version for one in known for version in one.versions]:
                if _allows_none(package.spec, versions):
                    yield self.at(
                        package.spec.place,
                        f"{channels} {has} no version of `{name}` that `{(package.spec.version or '').strip()}` allows, so the build stops",
                        help=f"Use a version that exists; the newest is {max(filter(_NUMBERS.fullmatch, versions), key=release)}",
                    )


def _allows_none(spec: MatchSpec, versions: list[str]) -> bool:
    """Whether a constraint certainly lets none of the versions through."""
    plain = all(_NUMBERS.fullmatch(one) for one in versions)
    return plain and all(spec.admits(release(one)) is False for one in versions)
