"""Agreement: whether conda and pip mean the same package, and whether one release can satisfy two constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from binderlint.pattern import regex
from binderlint.read.digits import release
from binderlint.read.matchspec import MatchSpec
from binderlint.read.requirements import Requirement, canonical

_NUMBERS = regex(r"\d+(?:\.\d+)*")

Release = tuple[int, ...]
Test = Callable[[Release], "bool | None"]


def conda_test(spec: MatchSpec) -> tuple[str, Test]:
    """The constraint of a match spec as text, and a test of it for a release."""
    return str(spec.version or ""), spec.admits


def pip_test(requirement: Requirement) -> tuple[str, Test]:
    """The constraint of a pip requirement as text, and a test of it for a release; None where it cannot be told."""
    written = str(requirement.specifier)
    return written, lambda release: pip_admits(written, ".".join(map(str, release)))


def pip_admits(specifier: str, version: str) -> bool | None:
    """Whether a constraint as pip reads it lets a version through; None where one of the two cannot be read."""
    from packaging.specifiers import SpecifierSet

    try:
        return SpecifierSet(specifier.strip("() ")).contains(version)
    except (
        ValueError
    ):  # InvalidSpecifier and InvalidVersion are, and so is a number with more digits than Python converts
        return None


def can_agree(one: tuple[str, Test], other: tuple[str, Test]) -> bool:
    """Whether some release satisfies both. Only releases near the numbers that are written are tried; in doubt they agree."""
    if not one[0] or not other[0]:
        return True
    return any(
        one[1](release) is not False and other[1](release) is not False
        for release in _releases(one[0] + " " + other[0])
    )


def _releases(written: str) -> Iterator[Release]:
    for found in _NUMBERS.findall(written):
        parts = release(found)
        *head, last = parts
        yield parts
        yield (*parts, 1)
        yield (*head, last + 1)
        if last:
            yield (*head, last - 1)
            yield (*head, last - 1, 9)


# Names that mean a program in conda and a Python package that uses it, or something else, on PyPI.
_DIFFERENT = frozenset({"curl", "ffmpeg", "git", "graphviz", "jq", "pandoc", "redis", "tesseract", "wget"})


def pip_name(spec: MatchSpec) -> str:
    """The name that a conda package has for pip, as indexes compare it; `""` where it is another thing there."""
    name = canonical(spec.name)
    return "" if name in _DIFFERENT else name
