"""When: the days between which something resolves, found by bisection."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from binderlint.values import NamedTuple

Question = Callable[[datetime.date], bool]


class Days(NamedTuple):
    """The oldest and the newest day on which something holds. None: it still holds at that end of what was looked at."""

    oldest: datetime.date | None
    newest: datetime.date | None


def find_days(holds: Question, known: datetime.date, first: datetime.date, last: datetime.date) -> Days:
    """The days around a known one, on which it holds. It is taken to hold on all days between the two that are found."""
    oldest = None if holds(first) else _edge(holds, known, first)
    newest = None if holds(last) else _edge(holds, known, last)
    return Days(oldest, newest)


def _edge(holds: Question, good: datetime.date, bad: datetime.date) -> datetime.date:
    """The last day, on the way from one on which it holds to one on which it does not, on which it still holds."""
    while abs((good - bad).days) > 1:
        middle = good + (bad - good) // 2
        if middle in (good, bad):
            break
        if holds(middle):
            good = middle
        else:
            bad = middle
    return good


def find_known(holds: Question, first: datetime.date, last: datetime.date, hint: datetime.date) -> datetime.date | None:
    """A day on which it holds: the hint, else the first found on ever finer grids of days; None where there is none in about 30 questions."""
    if first <= hint <= last and holds(hint):
        return hint
    asked = {hint}
    for parts in (2, 4, 8, 16, 32):
        for number in range(parts, -1, -1):  # the newest first
            day = first + (last - first) * number // parts
            if day not in asked:
                asked.add(day)
                if holds(day):
                    return day
    return None
