"""Digits: the value of a number that somebody else has written, which may be of any length."""

from __future__ import annotations

from binderlint.pattern import regex

# Python converts at most 4,300 digits (sys.get_int_max_str_digits) and raises ValueError for more; a float ends at 308.
_LONGEST = 100

DAY = regex(r"\d{4}-\d\d-\d\d")
"""A day as it is written in runtime.txt and in addresses of snapshots; it need not be in the calendar."""


def number(digits: str) -> int:
    """The value of a text of decimal digits; one of more than a hundred counts as ten to the hundredth, which is more than anything it is compared with."""
    return int(digits) if len(digits) <= _LONGEST else 10**_LONGEST


def release(version: str) -> tuple[int, ...]:
    """`1.26.0` as (1, 26, 0)."""
    return tuple(map(number, version.split(".")))


def is_number(text: str) -> bool:
    """Return True for the digits 0 to 9 only. `str.isdigit` accepts `²`, which `int` does not."""
    return text.isascii() and text.isdigit()
