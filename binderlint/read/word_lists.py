"""Word lists: data files of names parted by blanks, with comments."""

from __future__ import annotations

from functools import cache

from binderlint.data import DATA


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of a file in `data`."""
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
