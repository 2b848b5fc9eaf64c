"""Shebang: the first line of a script, as Linux reads it."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.source import Source, Text
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    pass

PYTHON = regex(r"(?:python|pypy|ipython)[\d.]*")
"""The programs that run Python."""
_LANGUAGES = (
    (regex(r"(?:sh|bash|dash|ash|ksh|zsh)"), "shell"),
    (PYTHON, "python"),
    (regex(r"Rscript|R|littler|r"), "r"),
    (regex(r"julia.*"), "julia"),
)


class Shebang(NamedTuple):
    """The first line of a script: `#!`, the program, and what `env` is told to run."""

    line: Text | None
    """The line without its end, None when the file does not begin with `#!`."""
    program: str = ""
    """The path after `#!`."""
    argument: str = ""
    """All that follows it: Linux gives it to the program as one argument."""

    @property
    def interpreter(self) -> str:
        """The name of the program that reads the script: what `env` starts, if it is `env`."""
        name = self.program.rpartition("/")[2]
        if name != "env":
            return name
        words = [word for word in re.findall(r"[^ \t]+", self.argument) if not word.startswith("-") and "=" not in word]
        return words[0].rpartition("/")[2] if words else ""

    @property
    def language(self) -> str:
        """`shell`, `python`, `r`, `julia`, `other`, or empty without a first line."""
        if self.line is None:
            return ""
        return next((name for pattern, name in _LANGUAGES if pattern.fullmatch(self.interpreter)), "other")


def shebang(source: Source) -> Shebang:
    """The first line of a file as Linux parts it, at blanks and tabs (fs/binfmt_script.c); a byte order mark before it is looked over."""
    text = source.text
    start = int(source.has_bom)
    if not text.startswith("#!", start):
        return Shebang(None)
    line = source.slice(start, source.line(1).end)
    program, *argument = re.split(r"[ \t]+", line[2:].strip(" \t"), maxsplit=1)
    return Shebang(line, program, *argument)
