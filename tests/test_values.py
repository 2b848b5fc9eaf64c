"""Values: they are made, changed and refused as those of `typing.NamedTuple` and `enum`."""

from __future__ import annotations

import enum
import pickle
import typing
from typing import Any

import pytest

from binderlint.values import Enum, IntEnum, NamedTuple


class Ours(NamedTuple):
    """Three fields, two of which have a default."""

    one: int
    two: int = 2
    three: int = 3


class Theirs(typing.NamedTuple):
    """The same."""

    one: int
    two: int = 2
    three: int = 3


CALLS: list[tuple[tuple[int, ...], dict[str, int]]] = [
    ((), {}),
    ((7,), {}),
    ((7, 8), {}),
    ((7, 8, 9), {}),
    ((7, 8, 9, 10), {}),
    ((), {"one": 7}),
    ((), {"two": 7}),
    ((), {"three": 7, "one": 8}),
    ((7,), {"three": 8}),
    ((7,), {"one": 8}),
    ((7,), {"four": 8}),
    ((7, 8, 9), {"three": 10}),
]


def made(kind: Any, arguments: tuple[int, ...], named: dict[str, int]) -> object:
    try:
        return tuple(kind(*arguments, **named))
    except TypeError:
        return TypeError


@pytest.mark.parametrize(("arguments", "named"), CALLS)
def test_values_are_made_as_those_of_typing(arguments: tuple[int, ...], named: dict[str, int]) -> None:
    assert made(Ours, arguments, named) == made(Theirs, arguments, named)


def test_a_value_is_a_tuple() -> None:
    value = Ours(1, three=5)
    assert value == (1, 2, 5) and repr(value) == "Ours(one=1, two=2, three=5)"
    assert value._replace(two=4) == Ours(1, 4, 5) and value._asdict() == {"one": 1, "two": 2, "three": 5}
    assert pickle.loads(pickle.dumps(value)) == value
    unknown: dict[str, Any] = {"four": 4}
    with pytest.raises(ValueError, match="four"):
        value._replace(**unknown)


class OurColour(Enum):
    """Two members."""

    RED = "red"
    BLUE = "blue"


class TheirColour(enum.Enum):
    """The same."""

    RED = "red"
    BLUE = "blue"


class OurSize(IntEnum):
    """Numbers, with words of their own."""

    SMALL = 1
    LARGE = 2

    def __str__(self) -> str:
        return self.name.lower()


class TheirSize(enum.IntEnum):
    """The same."""

    SMALL = 1
    LARGE = 2

    def __str__(self) -> str:
        return self.name.lower()


@pytest.mark.parametrize(("ours", "theirs"), [(OurColour, TheirColour), (OurSize, TheirSize)])
def test_members_are_as_those_of_enum(ours: Any, theirs: Any) -> None:
    assert [(one.name, one.value) for one in ours] == [(one.name, one.value) for one in theirs]
    assert len(ours) == len(theirs) and [repr(one)[4:] for one in ours] == [repr(one)[6:] for one in theirs]
    for one in ours:
        assert pickle.loads(pickle.dumps(one)) is one, "as they are sent between processes"
        assert ours(one.value) is one and one in ours and isinstance(one, ours) and {one: 1}[one] == 1
    for unknown in ("green", 3):
        for kind in (ours, theirs):
            with pytest.raises(ValueError, match="is not a valid"):
                kind(unknown)


def test_numbers_that_are_members_can_be_compared_and_printed() -> None:
    assert OurSize.SMALL < OurSize.LARGE == 2 and max(OurSize) is OurSize.LARGE
    assert f"{OurSize.SMALL} {OurSize.LARGE:>6}" == f"{TheirSize.SMALL} {TheirSize.LARGE:>6}"
    assert OurColour.RED != OurColour.BLUE and OurColour.RED != "red"
