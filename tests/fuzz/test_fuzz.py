"""A bounded sample of what `python -m tests.fuzz` does for hours, the same in every run, and all that it ever found."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binderlint.snapshot import Snapshot
from tests.fuzz.case import Case, dumps, loads, read
from tests.fuzz.minimise import minimised
from tests.fuzz.mutate import make_case, mutated
from tests.fuzz.outside import OUTSIDE, patched
from tests.fuzz.properties import PROPERTIES, Property, examine
from tests.fuzz.watch import limited
from tests.random_repositories import Files, repositories

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
# How the laws begin that hold for the command line and git; the cases found by others are not written to disk again.
LAWS_OF_THE_DISK = ("diff and fix", "fix twice", "committed", "exit code")
# Seconds of CPU: a thousand times what an input needs, so that a hang ends with the input named and nothing else does.
PATIENCE = 60


def hold(case: Case, properties: tuple[Property, ...]) -> None:
    """Fail with everything that does not hold for a case."""
    with limited(PATIENCE):
        examined = examine(case, properties)
    told = [f"{failure.law}: {failure.key}\n{failure.detail}" for failure, _ in examined.failures]
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_was_found_once(path: Path) -> None:
    on_disk = any(f'"law": "{law}' in path.read_text("utf-8") for law in LAWS_OF_THE_DISK)
    hold(read(path), (*PROPERTIES, *OUTSIDE) if on_disk else (*PROPERTIES, patched))


@pytest.mark.parametrize("number", range(80))
def test_mutated_examples(number: int) -> None:
    """`python -m tests.fuzz --replay test:NUMBER` tells of one of these."""
    hold(make_case(Random(f"test:{number}")), PROPERTIES)


@pytest.mark.parametrize("number", range(6))
def test_mutated_examples_on_disk(number: int) -> None:
    hold(make_case(Random(f"disk:{number}")), OUTSIDE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(repositories(), st.integers(0, 3), st.integers(0, 2**32))
def test_mutated_random_repositories(files: Files, count: int, seed: int) -> None:
    case = Case(dict(Snapshot.from_dict(files).sources))
    hold(mutated(case, count, Random(seed)), PROPERTIES)


def test_a_case_as_json_is_the_same_case() -> None:
    for number in range(60):
        case = make_case(Random(f"json:{number}"))
        again = loads(dumps(case))
        assert dumps(again) == dumps(case)
        assert {path: (one.data, one.mode, one.tracked) for path, one in again.files.items()} == {
            path: (one.data, one.mode, one.tracked) for path, one in case.files.items()
        }


def test_cases_become_small() -> None:
    case = make_case(Random("small:3"))
    files = Snapshot.from_dict({**case.files, "a/start": "one\ntwo three\nfour\n", "b": "x\n"}).sources
    small = minimised(Case(dict(files)), lambda one: any(b"three" in source.data for source in one.files.values()), 300)
    assert {path: source.data for path, source in small.files.items()} == {"a/start": b"three"}
