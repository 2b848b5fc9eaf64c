"""The day of a check: some facts have an end, such as the updates of a release of Python."""

from __future__ import annotations

import os
import time


def today() -> str:
    """The day in UTC, as `2026-11-27`; that of SOURCE_DATE_EPOCH where it is set, so that a run can be repeated (reproducible-builds.org/specs/source-date-epoch)."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(int(given)))
    except (ValueError, OverflowError, OSError):
        return time.strftime("%Y-%m-%d", time.gmtime())


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def month_of(day: str) -> str:
    """The month of a day, as messages write it: `June 2023` of `2023-06-27`."""
    return f"{_MONTHS[int(day[5:7]) - 1]} {day[:4]}"
