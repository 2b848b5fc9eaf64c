"""What a rule reports: Diagnostic, with Severity, Level, and a Fix made of edits."""

from __future__ import annotations

from binderlint.lint.families import folder_of
from binderlint.source import REGULAR, Place, Span
from binderlint.values import Enum, IntEnum, NamedTuple

DOCS = "https://github.com/binderlint/binderlint/blob/main/binderlint/rules/"


class Severity(IntEnum):
    """How bad: error = the launch fails or Binder silently ignores something; warning = likely to break or rot; info = better otherwise."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Level(Enum):
    """What is at stake: that it is built and started, that what is started works, that both are so next year, polish."""

    LAUNCH = "launch"
    RUN = "run"
    REPRODUCE = "reproduce"
    POLISH = "polish"


class Applicability(IntEnum):
    """How far a fix can be trusted: display = a proposal for a human, unsafe = Binder may build something else, safe = the same environment or the only reading of what was meant."""

    DISPLAY = 1
    UNSAFE = 2
    SAFE = 3

    def __str__(self) -> str:
        return self.name.lower()


class Replace(NamedTuple):
    """Put `text` in the place of a span; an empty span inserts, an empty text removes."""

    path: str
    span: Span
    text: str


class Create(NamedTuple):
    """Write a new file."""

    path: str
    data: bytes
    mode: int = REGULAR


class Rename(NamedTuple):
    """Move a file to a path that is free."""

    path: str
    to: str


class Delete(NamedTuple):
    """Remove a file."""

    path: str


class SetMode(NamedTuple):
    """Change the git mode of a file."""

    path: str
    mode: int


class Recode(NamedTuple):
    """Write the same text in another encoding, without a byte order mark."""

    path: str
    encoding: str = "utf-8"


Edit = Replace | Create | Rename | Delete | SetMode | Recode


class Fix(NamedTuple):
    """A change that solves a diagnostic: all of its edits or none."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.SAFE


class Diagnostic(NamedTuple):
    """One problem: the rule's code and name, where it stands, what Binder will do because of it, and what to do."""

    code: str
    name: str
    severity: Severity
    level: Level
    place: Place
    message: str
    help: str = ""
    fix: Fix | None = None
    explained_in: tuple[str, ...] = ()
    """Files: where another rule has an error at one of them, that is the cause, and this is not reported. What only goes wrong afterwards is no cause of a failed launch."""
    cause: str = ""
    """What is wrong, the same for all diagnostics of a rule that are one problem in several places; empty where the message says it."""

    @property
    def path(self) -> str:
        return self.place.path

    @property
    def fails_today(self) -> bool:
        """Whether something certainly fails, or is ignored, today."""
        return self.severity is Severity.ERROR and self.level in (Level.LAUNCH, Level.RUN)

    @property
    def cause_key(self) -> tuple[object, ...]:
        """What diagnostics of one problem share: those with the same key are one finding with several places."""
        trust = self.fix.applicability if self.fix else None
        return (self.code, self.severity, self.level, self.cause or (self.message, self.help), trust)

    @property
    def url(self) -> str:
        return f"{DOCS}{folder_of(self.code)}/{self.name.replace('-', '_')}.md"

    @property
    def order(self) -> tuple[str, Span, str]:
        """The key that diagnostics are sorted and fixes are taken by."""
        return (self.path, self.place.span, self.code)
