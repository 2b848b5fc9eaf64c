"""How a run ends: the exit codes, and the errors behind them."""

from __future__ import annotations

import os

CLEAN = 0
FOUND = 1
FAILED = 2
"""binderlint was called wrongly, or something could not be read or written; what, stands on standard error."""
CRASHED = 3
"""A bug of binderlint."""
SIGNALLED = 128
"""Plus the number of the signal, as a shell counts it: 130 for Ctrl-C."""

_ISSUES = "https://github.com/binderlint/binderlint/issues"


class UsageError(Exception):
    """The arguments, the configuration or the path cannot be used; the message is for the user."""


def bug(error: BaseException) -> str:
    """What to say of an exception that nobody expected: what it is, and the last line of binderlint that it came through."""
    if isinstance(error, MemoryError):
        return "There is not enough memory to look at this repository"
    place, step = "", error.__traceback__
    while step:
        file = step.tb_frame.f_code.co_filename.replace(os.sep, "/")
        if "/binderlint/" in file:
            place = f", in {file.rpartition('/binderlint/')[2]}:{step.tb_lineno}"
        step = step.tb_next
    what = f"{type(error).__name__}: {error}"[:300]
    return (
        f"binderlint stopped because of a bug in it ({what}{place}). "
        f"Report it at {_ISSUES}; with BINDERLINT_DEBUG=1 in the environment it prints what a developer needs"
    )
