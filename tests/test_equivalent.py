"""Equivalent mutants: each row is about a line that is there, once, and says why."""

from __future__ import annotations

from pathlib import Path

from tests.equivalent import equivalent_mutants

ROOT = Path(__file__).parent.parent


def test_every_row_is_about_a_line_of_the_code() -> None:
    rows = list(equivalent_mutants())
    assert len({one[:4] for one in rows}) == len(rows) > 0
    for one in rows:
        assert one.before != one.after
        assert one.reason
        lines = [line.strip() for line in (ROOT / one.path).read_text("utf-8").splitlines()]
        assert lines.count(one.before) == 1, f"{one.path} has not once: {one.before}"
