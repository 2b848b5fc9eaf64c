"""R syntax: what R certainly cannot read in a script: brackets and quotes that do not pair up, and a missing comma between two strings."""

from __future__ import annotations

from binderlint.pattern import regex
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

_TOKEN = regex(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<raw>\b[rR](?P<q>[\"'])(?P<dash>-*)(?:\(.*?\)|\[.*?\]|\{.*?\})(?P=dash)(?P=q))"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>`(?:[^`\\]|\\.)*`)"
    r"|(?P<leaves>\b(?:q|quit)[ \t]*(?=\())"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<quote>[\"'`])|(?P<curly>[\u2018\u2019\u201c\u201d])"
    r"|(?P<space>\s+)"
    r"|(?P<other>[\w.]+|.)",
    16,  # `.` is every character
)
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class Fault(NamedTuple):
    """Where R stops reading, and what is wrong there (a sentence without its full stop)."""

    where: Text
    words: str


def r_fault(source: Source) -> Fault | None:
    """The first thing in an R script that R cannot read; None where there is none, and where the script may end before it (`quit()`)."""
    opened: list[Text] = []
    before = ""
    for found in _TOKEN.finditer(source.text, int(source.has_bom)):
        kind = found.lastgroup or ""
        here = source.slice(*found.span())
        match kind:
            case "comment" | "space":
                continue
            case "leaves":
                return None
            case "open":
                opened.append(here)
            case "close":
                if not opened:
                    return Fault(here, f"Nothing was opened that this `{here}` closes")
                last = opened.pop()
                if _CLOSES[last] != here:
                    return Fault(last, f"This `{last}` is not closed before the `{here}` of line {here.place.line}")
            case "quote":
                return Fault(here, "The quotes do not pair up: this one is never closed, or one is missing before it")
            case "curly":
                return Fault(here, f"`{here}` is a typographic quotation mark, which R does not know")
            case "string" if before == "string" and opened and opened[-1] != "{":
                return Fault(here, f"There is no comma before {here if len(here) < 40 else 'this string'}")
        before = kind
    return Fault(opened[-1], f"This `{opened[-1]}` is never closed") if opened else None
