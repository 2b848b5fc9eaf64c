"""Progress: how far a run over many repositories is, in the last line of a terminal; nothing anywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from binderlint.outside.streams import command


class Progress:
    """A line such as `12 of 200 checked`, on standard error where that is a terminal. Whatever else is printed is printed while it is hidden."""

    def __init__(self, total: int, done: str) -> None:
        """`done` is the word for what has happened to them."""
        self._total = total
        self._done = done
        self._shown = 0  # columns

    def show(self, number: int) -> None:
        """Say how many are done. A terminal that is too narrow gets as much of it as fits in one line."""
        self.say(f"{number} of {self._total} {self._done}")

    def say(self, words: str) -> None:
        """Show words instead of what is shown."""
        self.hide()
        if columns := _columns():
            text = words[: columns - 1]
            command(text)
            self._shown = len(text)

    def hide(self) -> None:
        """Take the line away, without any code that a terminal may not know."""
        if self._shown:
            command(f"\r{' ' * self._shown}\r")
            self._shown = 0


@contextmanager
def shown(words: str) -> Iterator[None]:
    """Show words while something takes its time. Nothing else may be printed meanwhile."""
    progress = Progress(0, "")
    progress.say(words)
    try:
        yield
    finally:
        progress.hide()


def _columns() -> int:
    """The width of the terminal that standard error is, 0 where it is none."""
    try:
        return (os.get_terminal_size(sys.stderr.fileno()).columns or 80) if sys.stderr.isatty() else 0
    except (OSError, ValueError):
        return 0
