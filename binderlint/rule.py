"""Rule: one class holds the documentation, the examples that are its tests, and the check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.source import Array, Place, Scalar, Source, Table, Text

if TYPE_CHECKING:
    from binderlint.outside.git import Git
    from binderlint.repository import Repository

Files = Mapping[str, "str | bytes | Source"]


class Bad(NamedTuple):
    """A repository this rule speaks about.

    `at` is the place, as `path:line` or `path:line:column`, one for each diagnostic, in order. `fixed` is what the rule's fixes leave:
    the files that differ (None for a file that is gone); without it the rule must offer no fix, unless `display` says that it only proposes one.
    """

    files: Files
    at: str | tuple[str, ...]
    fixed: Mapping[str, str | bytes | None] | None = None
    severity: Severity | None = None
    display: bool = False
    git: Git | None = None
    hub: str = "mybinder.org"
    assume_binder: bool = True
    why: str = ""
    """The situation, in words."""


class Good(NamedTuple):
    """A repository this rule is silent about; `why` names the trap it stands for."""

    files: Files
    why: str = ""
    git: Git | None = None
    hub: str = "mybinder.org"
    assume_binder: bool = True


class Rule:
    """A check of a repository. The docstring is its page: a title, what Binder does, and `## Fix safety` where a fix is unsafe."""

    code: ClassVar[str]
    severity: ClassVar[Severity]
    level: ClassVar[Level]
    since: ClassVar[str] = "0.1.0"
    sources: ClassVar[tuple[str, ...]] = ()
    unreadable: ClassVar[bool] = False
    """It says that nobody can read a file: with its fix, what else is wrong in that file comes to light."""
    whole: ClassVar[bool] = False
    """It is about the repository as a whole: as long as the build is of the same kind, a fix can only bring it to light."""
    examples: ClassVar[tuple[Bad | Good, ...]]

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        """Yield what is wrong with the repository. Pure: reads nothing but `repo`."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        return rule_name(type(self))

    @property
    def title(self) -> str:
        """The first line of the docstring without its full stop."""
        return (self.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    @property
    def fixable(self) -> bool:
        return any(isinstance(example, Bad) and example.fixed is not None for example in self.examples)

    def at(
        self,
        where: Place | Text | Scalar | Array | Table | Source,
        message: str,
        *,
        help: str = "",
        fix: Fix | None = None,
        severity: Severity | None = None,
        level: Level | None = None,
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
        return Diagnostic(self.code, self.name, severity, level, place, one_line(message), one_line(help), fix)


def one_line(message: str) -> str:
    """A message or advice whose quotes from files cannot break its line, of a thousand characters at most."""
    line = re.sub(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*", " ", message[:2000])
    return line if len(line) <= 1000 else f"{line[:999]}\u2026"


def rule_name(rule: type[Rule]) -> str:
    """The kebab-case name of a rule class: `EnvPrefix` is `env-prefix`, `Repo2dockerError` is `repo2docker-error`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", rule.__name__)
    return words.lower()
