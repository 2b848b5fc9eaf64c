"""Naming: how comments, settings and flags name rules: by a code, by letters that codes begin with, by a name, or ALL."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

from binderlint.rules import rule_index

_LONGEST = 60  # characters of a word that a better one is looked for


def keys(code: str, name: str) -> tuple[str, ...]:
    """Every word that names a rule, in capitals."""
    return ("ALL", name.upper(), *(code[:end] for end in range(1, len(code) + 1)))


def name_rule(words: Collection[str], code: str, name: str) -> bool:
    """Return True if one of the words names the rule with this code and name."""
    known = keys(code, name)
    return any(word.upper() in known for word in words)


class Words:
    """The words of a setting, as they are written. Which of them name a rule is found without looking at all of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._found: dict[str, list[tuple[int, str]]] = {}
        for number, word in enumerate(words):
            self._found.setdefault(word.upper(), []).append((number, word))

    def naming(self, code: str, name: str) -> list[str]:
        """Those that name a rule, in their order."""
        return [word for _, word in sorted(one for key in keys(code, name) for one in self._found.get(key, ()))]


@cache
def _known() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in rule_index():
        for key in keys(entry.code, entry.name):
            found.setdefault(key, set()).add(entry.code)
    return {key: frozenset(codes) for key, codes in found.items()}


def codes_of(word: str) -> frozenset[str]:
    """The codes of the rules that a word names; none for a word that names nothing."""
    return _known().get(word.upper(), frozenset())


def suggestion(word: str) -> str:
    """The code, letters or name that was probably meant; empty where nothing is alike."""
    from difflib import get_close_matches

    if len(word) > _LONGEST:
        return ""
    known = {one.lower(): one for entry in rule_index() for one in (entry.name, entry.code, entry.code[:3])}
    return "".join(known[close] for close in get_close_matches(word.lower(), known, 1))
