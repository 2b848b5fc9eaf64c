"""Cases: the repositories on the pages of all rules, for tests that want many."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.lint.rule import Rule
from binderlint.pages import Case, read_page
from binderlint.rules import rule_index, rule_of


def cases() -> Iterator[tuple[Rule, Case]]:
    """Every case of every rule, with its rule."""
    for entry in rule_index():
        for case in read_page(entry.page).cases:
            yield rule_of(entry), case


def reported() -> Iterator[tuple[Rule, Case]]:
    """The cases in which a rule finds something."""
    return ((rule, case) for rule, case in cases() if case.reported)
