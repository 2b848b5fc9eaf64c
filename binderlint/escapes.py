"""Escapes: text as an output can show it. Names, values and messages may hold anything; what is printed is read as text and as nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from binderlint.pattern import regex

# Characters that take no room or look like nothing although Python counts them as printable: those that Unicode lets a
# program leave out (Default_Ignorable_Code_Point), the braille blank and the null notehead.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0\U0001d159")
# What begins a command to a machine that reads the log. GitHub's runner takes `::name` at the start of a line, after white
# space, and `##[name` anywhere in it (actions/runner, ActionCommand.cs); Azure Pipelines takes `##vso[`, TeamCity `##teamcity[`.
_COMMAND = regex(r"(?<!\S):(?=:(?!\d))|##\w*\[")


def printable(text: str) -> str:
    """Text for a part of one line. A tab becomes four spaces.

    What cannot be seen, moves the cursor, ends the line, changes the direction of writing or begins a command to a machine
    that reads the log is written as an escape.
    """
    plain = text.isascii() and text.isprintable() and "::" not in text and "##" not in text
    return text if plain else "".join(pieces(text))


def pieces(text: str) -> list[str]:
    """What `printable` makes of each code point."""
    commands = {found.end() - 1 for found in _COMMAND.finditer(text)} if "::" in text or "##" in text else set()
    return [f"\\x{ord(one):02x}" if number in commands else _piece(one) for number, one in enumerate(text)]


def _piece(character: str) -> str:
    if character == "\t":
        return "    "
    if "\udc80" <= character <= "\udcff":  # a byte that is no UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    if character.isprintable() and not _is_unseen(character):
        return character
    return character.encode("unicode_escape").decode()


def _is_unseen(character: str) -> bool:
    return character in _UNSEEN or "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff"


# -- Markdown, as GitHub renders it (cmark-gfm, then links for names, numbers and commits)

# A backtick opens code before a word, and one behind a word closes it. A pair with nothing in it is a value that is empty.
_CODE = regex(r"(?<![\w`])`(?!`(?:[\s,.;:)]|$)).+?`(?![\w`])")
_BACKTICKS = 60  # in a message, up to which the ends of its values are looked for
# A word of letters, digits and what means nothing to Markdown. `:` may be a smiley, `www.` a link.
_WORD = regex(r"[^\x00-\x20#$&*:<>@\[\\\]^_`{|}~]*:?")
_LINKED = regex(r"www\.|\b(?:gh|cve|ghsa)-|\b[0-9a-f]{7,40}\b", re.IGNORECASE)
_AROUND = regex(r"(['\"(]*)(.+?)(['\").,;!?]*:?)")


def markdown(text: str, known: str = "") -> str:
    """A message in Markdown: what is between backticks becomes code, and so does every word that could mean more than its letters.

    `known` is where the values of the message are from: it tells their backticks from those around them.
    """
    parts = groupby(((code, part) for code, part in _parts(text, known) if part), itemgetter(0))
    joined = ((code, "".join(part for _, part in same)) for code, same in parts)
    return "".join(code_span(part) if code else part for code, part in joined)


def code_span(text: str) -> str:
    """Text as code in Markdown, whatever backticks it holds."""
    shown = printable(text)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = (
        " " if shown.startswith("`") or shown.endswith("`") or (shown.strip() and shown[0] == shown[-1] == " ") else ""
    )
    return f"{ticks}{pad}{shown}{pad}{ticks}" if shown else ""


def table_cell(text: str) -> str:
    """Markdown for a cell of a table: a `|` in it ends no cell. After a backslash, where renderers differ, it is an escape."""
    return re.sub(r"(\\*)\|", lambda found: f"{found[1]}\\x7c" if found[1] else "\\|", text)


def _parts(text: str, known: str) -> Iterator[tuple[bool, str]]:
    """The parts of a message, printable, and whether each is code."""
    done = start = 0
    while (start := text.find("`", start)) >= 0:
        if end := _end(text, start, known):
            yield from _words(text[done:start])
            yield True, printable(text[start + 1 : end])
            done = start = end + 1
        else:
            start += 1
    yield from _words(text[done:])


def _end(text: str, start: int, known: str) -> int:
    """The backtick that closes the code opened at `start`: the last one with a value between them that has backticks itself, else the first that can; 0 for none."""
    ends = [found.start() for found in re.finditer("`", text) if found.start() > start] if known else []
    for end in reversed(ends[1:] if len(ends) <= _BACKTICKS else []):
        value = text[start + 1 : end]
        if "`" in value and value in known:
            return end
    found = _CODE.match(text, start)
    return found.end() - 1 if found else 0


def _words(text: str) -> Iterator[tuple[bool, str]]:
    """The words of prose, of which some have to be code."""
    for word in re.split("( +)", printable(text)):
        found = _AROUND.fullmatch(word)
        if not found or not word.strip() or (_WORD.fullmatch(word) and not _LINKED.search(word)):
            yield False, word
        else:
            yield from ((False, found[1]), (True, found[2]), (False, found[3]))


def shown_value(value: object) -> str:
    """A value of a configuration file for a message: the beginning of it, as Python writes it."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deeply; a number with more digits than Python writes
        return f"this {type(value).__name__}"
    return text if len(text) <= 100 else f"{text[:99]}\u2026"
