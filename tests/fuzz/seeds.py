"""Seeds: what the mutations start from: every example of every rule, and the golden repositories."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

from binderlint.source import Source
from tests.cases import cases
from tests.fuzz.case import Case, dumps, read
from tests.fuzz.tokens import language_of

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
T = TypeVar("T")


class Seeds(Generic[T]):
    """Values to choose from, so that a new value leaves nearly every choice as it was: each has some points on a ring (consistent hashing)."""

    POINTS = 8

    def __init__(self, values: Iterable[T], key: Callable[[T], bytes]) -> None:
        ring = {
            int.from_bytes(sha256(b"%d %s" % (number, key(value))).digest()[:8], "big"): value
            for value in values
            for number in range(self.POINTS)
        }
        self.points = sorted(ring)
        self.values = [ring[point] for point in self.points]

    def choice(self, random: Random) -> T:
        """One of the values."""
        return self.values[bisect(self.points, random.getrandbits(64)) % len(self.values)]


@cache
def example_cases() -> Seeds[Case]:
    """The repositories of all examples of all rules."""
    known = [Case({one.path: one for one in case.sources}, case.git, case.hub) for _, case in cases() if case.sources]
    return Seeds(known, lambda case: dumps(case).encode())


@cache
def fixture_cases() -> Seeds[Case]:
    """The golden repositories."""
    folders = (folder / "repo" for folder in sorted(FIXTURES.iterdir()))
    return Seeds([read(folder) for folder in folders if folder.is_dir()], lambda case: dumps(case).encode())


@cache
def seed_files() -> Seeds[Source]:
    """The files of all seeds, for mutations that need the content of another file."""
    known = (*example_cases().values, *fixture_cases().values)
    files = {(source.name, source.data): source for case in known for source in case.files.values()}
    return Seeds(files.values(), lambda source: source.path.encode("utf-8", "surrogateescape") + source.data)


@cache
def seed_files_of(language: str) -> Seeds[Source]:
    """Those of one language."""
    some = {source for source in seed_files().values if language_of(source.path) == language}
    return Seeds(some, lambda source: source.path.encode("utf-8", "surrogateescape") + source.data)
