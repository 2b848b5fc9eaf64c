"""Words of a Dockerfile: where they end, and what they are with the values of variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from binderlint.pattern import regex
from binderlint.read.scope import LONGEST

# What Go's `unicode.IsSpace` takes for white space: BuildKit trims it from lines and instructions (parser.go, split_command.go).
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
# What parts the words of an instruction (parser.go, reWhitespace); the others stay in them, but in ENV, ARG and LABEL (line_parsers.go, parseWords).
BLANK = "\t\v\f\r "
_WORDS = frozenset({"ENV", "ARG", "LABEL"})

_VARIABLE = regex(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^{}]*))?\})")


def expand(word: str, variables: Mapping[str, str | None], escape: str = "\\") -> str | None:
    """A word without its quotes and with the values of its variables; None when one is not defined here, has a form not followed, or makes the word too long."""
    out, index, quote = "", 0, ""
    while index < len(word):
        if len(out) > LONGEST:
            return None
        char = word[index]
        if char == escape and quote != "'" and index + 1 < len(word):
            out += word[index + 1]
            index += 2
        elif char in "'\"" and (not quote or quote == char):
            quote = "" if quote else char
            index += 1
        elif char == "$" and quote != "'":
            found = _VARIABLE.match(word, index)
            if not found:
                return None
            name, operator, default = found[1] or found[2], found[3] or "", found[4] or ""
            value = variables.get(name)
            if (operator.endswith("-") and name not in variables) or (operator == ":-" and value == ""):
                value = expand(default, variables, escape)
            elif operator.endswith("+"):
                return None
            if value is None:
                return None
            out += value
            index = found.end()
        else:
            out += char
            index += 1
    return out


def names(word: str) -> set[str]:
    """The variables in a word."""
    return {found[1] or found[2] for found in _VARIABLE.finditer(word)}


_PLAIN = ("FROM", "COPY", "ADD")
_NO_BLANK = regex(f"[^{BLANK}]+")


def words(text: str, start: int, end: int, escape: str, keyword: str) -> Iterator[tuple[int, int]]:
    """The spans of the words of an instruction, between white space that no quote and no escape keeps: COPY, ADD and FROM know neither."""
    if keyword in _PLAIN:
        yield from (found.span() for found in _NO_BLANK.finditer(text, start, end))
        return
    spaces, index = SPACE if keyword in _WORDS else BLANK, start
    while index < end:
        if text[index] in spaces:
            index += 1
            continue
        first, quote = index, ""
        while index < end and (quote or text[index] not in spaces):
            char = text[index]
            if char == escape and quote != "'":
                index += 1
            elif char in "'\"":
                quote = ("" if quote == char else quote) if quote else char
            index += 1
        yield first, min(index, end)
