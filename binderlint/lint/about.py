"""About: what a rule looks at. It is asked only where that is there, and is given it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from binderlint.lint.diagnostic import Diagnostic
from binderlint.snapshot import Snapshot
from binderlint.typed import Any, TypeVar

Subject = TypeVar("Subject")
R = TypeVar("R")


def not_asked(_: Snapshot) -> None:
    """What a rule is about that the linter speaks for, so that there is nothing to ask it."""


def about(
    subject: Callable[[Snapshot], Subject | None],
) -> Callable[[Callable[[R, Snapshot, Subject], Iterator[Diagnostic]]], Callable[[R, Snapshot], Iterator[Diagnostic]]]:
    """A check of what a fact gives: not made where that is None or `()`."""

    def wrap(
        check: Callable[[R, Snapshot, Subject], Iterator[Diagnostic]],
    ) -> Callable[[R, Snapshot], Iterator[Diagnostic]]:
        def asked(self: R, repo: Snapshot) -> Iterator[Diagnostic]:
            found = subject(repo)
            if found is not None and found != ():
                yield from check(self, repo, found)

        asked.__doc__ = check.__doc__
        about_of: Any = asked
        about_of.subject = subject
        return asked

    return wrap
