"""Style: colours for a terminal, and none elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from binderlint.typed import IO
from binderlint.values import NamedTuple

COLOURS = ("auto", "always", "never")
"""When output has colours: `--color`."""
_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "1;31",
    "yellow": "1;33",
    "blue": "1;34",
    "green": "32",
    "cyan": "36",
}


class Style(NamedTuple):
    """How to print: with colours or without, and how wide the terminal is."""

    colours: bool = False
    width: int = 100

    def paint(self, colour: str, text: str) -> str:
        """The text in a colour (or bold, dim), unchanged where colours are off."""
        return f"\033[{_CODES[colour]}m{text}\033[0m" if self.colours and text else text


def style_for(stream: IO[str] | None, choice: str, environment: Mapping[str, str] = os.environ) -> Style:
    """Colours as asked for; with `auto`, by NO_COLOR, FORCE_COLOR, and whether the stream is a terminal."""
    if choice != "auto":
        colours = choice == "always"
    elif environment.get("NO_COLOR"):
        colours = False
    elif environment.get("FORCE_COLOR"):
        colours = True
    else:
        colours = (
            stream is not None
            and stream.isatty()
            and environment.get("TERM") != "dumb"
            and _understands_colours(stream)
        )
    try:
        width = os.get_terminal_size(stream.fileno() if stream else -1).columns
    except (OSError, ValueError, AttributeError):
        width = 100
    return Style(colours, max(40, min(width, 120)))


def _understands_colours(stream: IO[str]) -> bool:
    """True where the terminal does. Windows' own shows the codes as they are unless it is asked not to (SetConsoleMode)."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        kernel, mode = ctypes.windll.kernel32, ctypes.c_ulong()
        console = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
        known = kernel.GetConsoleMode(console, ctypes.byref(mode))
        return bool(known and kernel.SetConsoleMode(console, mode.value | 0x4))  # ENABLE_VIRTUAL_TERMINAL_PROCESSING
    return True


def hanging(head: str, text: str, indent: int, style: Style, colour: str = "") -> list[str]:
    """Text behind a head that takes `indent` columns, in lines of the terminal's width of which the later ones begin below the text."""
    first, *rest = wrapped(text, style, " " * indent)
    paint = (lambda line: style.paint(colour, line)) if colour else str
    return [f"{head}{paint(first)}", *(f"{' ' * indent}{paint(line.strip())}" for line in rest)]


def wrapped(text: str, style: Style, indent: str = "") -> list[str]:
    """Text in lines of the terminal's width, the lines after the first indented; the first leaves room for what stands before it."""
    room = style.width - len(indent)
    first, *words = text.split(" ")
    lines = [first]
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= room:
            lines[-1] += f" {word}"
        elif word and not lines[-1].strip(" "):
            lines[-1] = word
        elif word:
            lines.append(word)
    return [lines[0].rstrip(" "), *(indent + line.rstrip(" ") for line in lines[1:])]
