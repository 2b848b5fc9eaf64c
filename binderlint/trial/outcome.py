"""Outcome: what was tried, and what came of it."""

from __future__ import annotations

from binderlint.values import Enum, NamedTuple


class Stage(Enum):
    """What is tried, in its order."""

    ENVIRONMENT = "environment"
    IMPORTS = "imports"
    POST_BUILD = "postBuild"
    LAUNCH = "launch"
    OTHER = "other"


class Result(Enum):
    """What came of it."""

    WORKS = "works"
    FAILS = "fails"
    LEFT = "not tried"


class Attempt(NamedTuple):
    """One thing that was tried, or could not be."""

    stage: Stage
    result: Result
    what: str
    """What it is, as a noun or in the words of the file."""
    said: str = ""
    """What came of it, or why it was not tried."""
    places: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """All attempts, and where they were made."""

    python: str
    """The whole version of the Python, empty where no environment was made."""
    kind: str
    """What the environment is: `virtual environment` or `conda environment`."""
    ran: bool
    """Whether code of the repository was allowed to run."""
    attempts: tuple[Attempt, ...]

    @property
    def failed(self) -> bool:
        """True when something that was tried does not work."""
        return any(one.result is Result.FAILS for one in self.attempts)

    @property
    def empty(self) -> bool:
        """True when nothing could be tried."""
        return all(one.result is Result.LEFT for one in self.attempts)
