"""Patterns: regular expressions that are compiled when they are first used, since compiling all of them takes longer than a check."""

from __future__ import annotations

import re

from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    regex = re.compile
else:

    class regex:  # noqa: N801
        """A regular expression, made and used like one of `re.compile`, but compiled only when something is asked of it."""

        def __init__(self, pattern, flags=0):
            self._arguments = (pattern, flags)

        def __getattr__(self, name):
            value = getattr(re.compile(*self._arguments), name)
            setattr(self, name, value)
            return value
