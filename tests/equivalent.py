"""Equivalent mutants: those of tests/equivalent_mutants.txt, which nobody can tell from the code as it is.

A row of the file is a block: the module and the operator of cosmic-ray; `- ` and the line as it is; `+ ` and the line as the mutant has it; and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "equivalent_mutants.txt"


class Equivalent(NamedTuple):
    """A mutant that behaves as the code does, and why."""

    path: str
    operator: str
    before: str
    after: str
    reason: str


def equivalent_mutants() -> Iterator[Equivalent]:
    """Every row. Raises ValueError for a block that is not one."""
    for block in filter(None, FILE.read_text("utf-8").strip().split("\n\n")):
        lines = block.split("\n")
        if len(lines) < 4 or not lines[1].startswith("- ") or not lines[2].startswith("+ "):
            raise ValueError(f"not a row of {FILE.name}:\n{block}")
        path, operator = lines[0].split(" ")
        yield Equivalent(path, operator, lines[1][2:], lines[2][2:], " ".join(lines[3:]))
