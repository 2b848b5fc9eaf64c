"""Moment: the day that versions are looked up for."""

from __future__ import annotations

import datetime
from pathlib import Path

from binderlint.git import GitError
from binderlint.outside.dotgit import find_bare, find_git
from binderlint.outside.objects import commit_time, resolve
from binderlint.source import RepositoryError
from binderlint.values import NamedTuple

LAST_COMMIT = "last-commit"
FIRST_DAY = datetime.date(2006, 1, 1)
"""Before it there were next to no packages."""


class Moment(NamedTuple):
    """A point in time, and how to call it."""

    time: datetime.datetime
    called: str


def read_moment(written: str, folder: Path) -> Moment:
    """What `--as-of` means: a day (all of it counts, in UTC), `last-commit`, or a branch, tag or commit of the repository in a folder.

    Raises RepositoryError.
    """
    try:
        day = datetime.date.fromisoformat(written)
    except ValueError:
        return commit_moment(folder, "HEAD" if written == LAST_COMMIT else written)
    if day < FIRST_DAY:
        raise RepositoryError(f"--as-of {written}: there were no packages before {FIRST_DAY}")
    return of_day(day)


def of_day(day: datetime.date) -> Moment:
    """The end of a day."""
    time = datetime.datetime.combine(day, datetime.time(23, 59, 59), datetime.timezone.utc)
    return Moment(time, day.isoformat())


def commit_moment(folder: Path, ref: str) -> Moment:
    """The end of the day on which a commit was made. Raises RepositoryError."""
    place = find_git(folder) or find_bare(folder)
    if place is None:
        raise RepositoryError(
            f"--as-of needs a day such as 2019-06-30: {folder} is not a git repository, so it has no commits"
        )
    try:
        return of_day(commit_time(place, resolve(place, ref)).date())
    except GitError as error:
        if ref == "HEAD":
            raise RepositoryError(f"{place.top}: the repository has no commit whose day could be used") from error
        raise RepositoryError(
            f"--as-of {ref}: {error}. It takes a day such as 2019-06-30, `{LAST_COMMIT}`, or a branch, tag or commit"
        ) from error
