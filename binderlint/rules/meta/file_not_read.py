"""file-not-read: A file could not be read, so it was not checked."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.launch.links import markup_of
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.mentions import says_what_is_installed
from binderlint.snapshot import Snapshot
from binderlint.source import UNREAD, NotHereError, Place, PointerError, Source, TooLargeError, UnreadError


class FileNotRead(Rule):
    code = "BLT007"
    severity = Severity.WARNING
    level = Level.POLISH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        decisive = _decisive(repo)
        others: dict[str, list[UnreadError]] = {}
        for source in (*repo.sources.values(), *repo.untracked.values()):
            if source.mode != UNREAD:
                continue
            try:
                source.data  # noqa: B018
            except UnreadError as error:
                if error.path == decisive:
                    yield self.at(
                        _stand_in(error),
                        f"This file could not be read ({error.reason}). What Binder builds depends on it, so nothing else was checked",
                        help=_advice(error),
                        severity=Severity.ERROR,
                        level=Level.LAUNCH,
                    )
                elif not isinstance(error, _EXPECTED) or (
                    _is_looked_at(source) and not isinstance(error, PointerError)
                ):
                    others.setdefault(error.reason, []).append(error)
        for reason, errors in others.items():
            yield self.at(
                _stand_in(errors[0]),
                f"{listed(error.path for error in errors)} could not be read ({reason}), so {'it was' if len(errors) == 1 else 'they were'} not checked",
                help="" if isinstance(errors[0], TooLargeError) else _advice(errors[0]),
                severity=Severity.INFO if isinstance(errors[0], _EXPECTED) else None,
            )


_EXPECTED = (TooLargeError, NotHereError)


def _advice(error: UnreadError) -> str:
    match error:
        case TooLargeError():
            return "Make it smaller"
        case PointerError():  # where it does not decide, lfs-in-use says it
            return "Run `git lfs pull`, and binderlint again"
        case NotHereError():
            return "Check a full clone"
        case _:
            return "Make it readable and run binderlint again"


def _decisive(repo: Snapshot) -> str:
    """The path of a file without which it is not known what Binder builds; empty where that is known."""
    try:
        build_plan(repo)
    except UnreadError as error:
        return error.path
    return ""


def _stand_in(error: UnreadError) -> Place:
    return Source(error.path, b"").place()


def _is_looked_at(source: Source) -> bool:
    """Whether rules look at a file of this name: a document, a notebook, configuration or a script."""
    return markup_of(source) is not None or says_what_is_installed(source.name) or source.name.startswith(".git")
