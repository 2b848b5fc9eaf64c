"""Entries: where a configuration file has the words and patterns of its options."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from binderlint.pattern import regex
from binderlint.source import Place, Source

_TOKEN = regex(r"#[^\r\n]*|\"((?:[^\"\\\r\n]|\\.)*)\"|'([^'\r\n]*)'|([\w-]+)")
_TABLE = "[tool.binderlint"


def places(source: Source, entries: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Place]]:
    """Entries, each an option and a word or pattern of it, with their places in the file, in its order.

    One that is written in a rarer form, such as with escapes, has the place of its option.
    """
    begin = max(0, source.text.find(_TABLE))
    found: dict[str, list[tuple[int, int]]] = {}
    for token in _TOKEN.finditer(source.text, begin):
        word = next((group for group in token.groups() if group is not None), None)
        if word is not None:
            found.setdefault(word, []).append(token.span())
    placed = []
    for option, entry in entries:
        starts = found.get(option, [(begin, begin)])
        after = found.get(entry, [])
        at = bisect_left(after, starts[0])
        placed.append((after[at] if at < len(after) else starts[0], (option, entry)))
    for span, one in sorted(placed):
        yield one, source.place(*span)
