"""Watch: an end for an input that holds up the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stuck(BaseException):
    """An input took longer than any should; no `except Exception` of the program stops it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise Stuck in the block once it has used so many seconds of CPU; where there is no such timer, never."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stuck(f"more than {seconds:g} seconds of CPU")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
