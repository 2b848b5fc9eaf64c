"""Rule: a check of a repository. What it is about and the cases that are its tests are on the page beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from binderlint.facts.answered import web_answers
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.read.secrets import masked
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Place, Scalar, Source, Table, Text
from binderlint.typed import ClassVar, Protocol


class Checker(Protocol):
    """What the linter needs of a rule, whether its module is imported yet or not."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def needs_git(self) -> bool: ...
    @property
    def needs_web(self) -> bool: ...
    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        """Yield what is wrong with the repository."""


class Rule:
    """A check of a repository. Its name is that of the class, the module and the page."""

    code: ClassVar[str]
    severity: ClassVar[Severity]
    level: ClassVar[Level]
    since: ClassVar[str] = "0.1.0"
    unreadable: ClassVar[bool] = False
    """It says that nobody can read a file: with its fix, what else is wrong in that file comes to light."""
    whole: ClassVar[bool] = False
    """It is about the repository as a whole: as long as the build is of the same kind, a fix can only bring it to light."""

    needs_git: ClassVar[bool] = False
    """It is silent where a clone does not know where it is from, or not all of its history, branches and tags."""

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        """Yield what is wrong with the repository. Pure: reads nothing but `repo`."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        return rule_name(type(self))

    @property
    def needs_web(self) -> bool:
        """True for a rule about what the web has answered (`--online`)."""
        return getattr(self.check, "subject", None) is web_answers

    def at(
        self,
        where: Place | Text | Scalar | Array | Table | Source,
        message: str,
        *,
        help: str = "",
        fix: Fix | None = None,
        severity: Severity | None = None,
        level: Level | None = None,
        explained_in: Iterable[str] = (),
        cause: str = "",
    ) -> Diagnostic:
        """A diagnostic of this rule at a place, a value that knows its place, or the first line of a file."""
        match where:
            case Place():
                place = where
            case Source():
                place = where.place(int(where.has_bom))
            case _:
                place = where.place
        level, severity = level or self.level, severity or self.severity
        if fix is not None:
            fix = fix._replace(title=one_line(fix.title))
        explained = tuple(explained_in)
        return Diagnostic(
            self.code, self.name, severity, level, place, one_line(message), one_line(help), fix, explained, cause
        )


def one_line(message: str) -> str:
    """A message or advice whose quotes from files cannot break its line, of a thousand characters at most and with nothing in it that is secret."""
    line = message[:2000]
    if not line.isprintable():
        line = re.sub(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*", " ", line)
    return masked(line if len(line) <= 1000 else f"{line[:999]}\u2026")


def rule_name(rule: type[Rule]) -> str:
    """The kebab-case name of a rule class: `EnvPrefix` is `env-prefix`, `Repo2dockerError` is `repo2docker-error`."""
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in rule.__name__)[1:]
