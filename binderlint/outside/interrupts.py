"""Interrupts: Ctrl-C and the signals that end a program are held back while a fix is half way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")  # the last one is that of Windows


class Stopped(KeyboardInterrupt):
    """Somebody asked binderlint to stop; `number` is that of the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Hold:
    """Whether somebody has asked binderlint to stop since the signals are held back."""

    def __init__(self) -> None:
        self.number = 0

    def check(self) -> None:
        """Raise Stopped when somebody has."""
        if self.number:
            raise Stopped(self.number)


@contextmanager
def held() -> Iterator[Hold]:
    """Hold back the signals that stop a program. The block asks `check` where it may stop, and the end of the block is such a place.

    A second signal stops at once. Outside of the main thread, where Python delivers no signals, nothing is held.
    """
    hold = Hold()

    def note(number: int, _: FrameType | None) -> None:
        if hold.number:
            raise Stopped(number)
        hold.number = number

    with _handled(("SIGINT", *_ENDING), note):
        yield hold
    hold.check()


@contextmanager
def _handled(names: tuple[str, ...], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    import signal
    import threading

    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    before = {}
    try:
        for number in numbers:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):  # ignored, as by nohup; or not set by Python
                before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
