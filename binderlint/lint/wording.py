"""Wording: lists of names, and words that depend on a number, as messages write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def listed(values: Iterable[object], most: int = 3) -> str:
    """Values as code in a sentence: "`a`, `b` and `c`", and of more than `most` "`a`, `b`, `c` and 2 more"."""
    return named([f"`{value}`" for value in values], most)


def named(words: Sequence[str], most: int = 3) -> str:
    """Words in a sentence, and of more than `most` how many there are: "a, b, c and 2 more"."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return joined(words)


def joined(words: Sequence[str], conjunction: str = "and") -> str:
    """Words as a sentence lists them: "a", "a and b", "a, b and c"; empty for none."""
    return f" {conjunction} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things: "1 line", "2 lines"."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def with_article(noun: str) -> str:
    """A noun with `a` or `an`, by how it is spoken: "an AWS key", "a GitHub token", "an npm token"."""
    first = noun.split()[0]
    spelt = first.isupper() or (first.islower() and not set(first) & set("aeiou"))  # as letters: A-W-S, n-p-m
    vowel = first[0].lower() in ("aefhilmnorsx" if spelt else "aeiou")
    return f"{'an' if vowel else 'a'} {noun}"


def python_replaced(python: str, why: str) -> str:
    """What happens where conda's packages do not go with the Python that Binder starts from, after "Binder" or "it"."""
    return f"installs Jupyter on Python {python} first, {why}, and must then replace that Python. This is slow and often fails"
