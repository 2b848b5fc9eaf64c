"""Constraints: which releases the version constraints of pip and conda let through."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from binderlint.pattern import regex
from binderlint.read.digits import number, release
from binderlint.read.matchspec import MatchSpec
from binderlint.read.requirements import Requirement
from binderlint.read.specifiers import admits

_NUMBERS = regex(r"\d+(?:\.\d+)*")

Release = tuple[int, ...]
Test = Callable[[Release], "bool | None"]
End = tuple[float, ...]
_ANY = float("inf")
OPEN: End = (_ANY,)
"""The end of a constraint that has none."""


def conda_test(spec: MatchSpec) -> tuple[str, Test]:
    """The constraint of a match spec as text, and a test of it for a release."""
    return str(spec.version or ""), spec.admits


def pip_test(requirement: Requirement) -> tuple[str, Test]:
    """The constraint of a pip requirement as text, and a test of it for a release; None where it cannot be told."""
    written = str(requirement.specifier)
    return written, lambda release: pip_admits(written, ".".join(map(str, release)))


def pip_admits(specifier: str, version: str) -> bool | None:
    """Whether a constraint as pip reads it lets a version through; None where one of the two cannot be read."""
    specifier = specifier.strip("() ")
    if (told := admits(specifier, version)) is not None:
        return told
    from packaging.specifiers import SpecifierSet

    try:
        return SpecifierSet(specifier).contains(version)
    except ValueError:  # InvalidSpecifier and InvalidVersion, and a number with more digits than Python converts
        return None


def without_caret(specifier: str) -> str:
    """A constraint of Poetry's as pip reads it: `^3.9` is `>=3.9,<4`."""
    return re.sub(r"\^\s*(\d+)([\d.]*)", lambda found: f">={found[1]}{found[2]},<{number(found[1]) + 1}", specifier)


_POETRYS = regex(r"(\^|~=|~|===?|!=|>=|<=|>|<)?\s*(\d+(?:\.\d+)*)(\.\*)?")


def poetry_admits(written: str, version: str) -> bool | None:
    """Whether a constraint as Poetry reads it (`^3.8`, `~3.9 || 3.11.*`, and `3.10`, which is 3.10.0) lets a version through; None where it cannot be read."""
    answers = [_poetry_range_admits(part, version) for part in re.split(r"\|\|?", written)]
    return None if None in answers else any(answers)


def _poetry_range_admits(written: str, version: str) -> bool | None:
    """The same for a constraint without alternatives."""
    if written.strip() == "*":
        return True
    clauses = list(_POETRYS.finditer(written))
    if not clauses or re.sub(r"[\s,]", "", _POETRYS.sub("", written)):
        return None
    return pip_admits(",".join(_poetry_clause(*found.groups("")) for found in clauses), version)


def _poetry_clause(operator: str, number_: str, rest: str) -> str:
    """A clause of Poetry's as pip reads it."""
    parts = release(number_)
    if operator == "^" and not rest and parts[0]:
        return f">={number_},<{parts[0] + 1}"
    if operator == "~" and not rest:
        upper = f"{parts[0]}.{parts[1] + 1}" if len(parts) > 1 else str(parts[0] + 1)
        return f">={number_},<{upper}"
    return f"{operator or '=='}{number_}{rest}"


def pip_admits_since(specifier: str, version: str) -> bool:
    """Whether a constraint as pip reads it lets some release from a version on through; True where that cannot be told."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        allowed, first = SpecifierSet(specifier), Version(version)
        written = [Version(clause.version.removesuffix(".*")) for clause in allowed]
    except ValueError:
        return True
    candidates = [first, Version("9999"), *(one for one in written if one >= first)]
    below = [one for clause, one in zip(allowed, written, strict=True) if clause.operator in ("<", "<=")]
    return any(one > first for one in below) or any(one in allowed for one in candidates)


def only_below(written: str, lowest: Release) -> bool:
    """Whether a constraint of pip or conda lets only releases below the lowest that works through."""
    for operator, version in re.findall(r"(===|==|=|!=|~=|>=|<=|>|<|^)\s*v?(\d+(?:\.\d+)*)", written):
        parts = release(re.sub(r"(?:\.0)+$", "", version))
        if operator in ("<", "<="):
            if parts < lowest or (operator == "<" and parts == lowest[: len(parts)] and not any(lowest[len(parts) :])):
                return True
        elif operator in ("==", "===", "=", "~=", "") and parts[: len(lowest)] < lowest[: len(parts)]:
            return True
    return False


def openness(operators: Collection[str]) -> float:
    """How open a constraint of these operators is: 0 for one that is limited above, 0.5 for a lowest version alone, 1 for none."""
    if not {"==", "===", "=", "~=", "<", "<="}.isdisjoint(operators):
        return 0
    return 1 if {">=", ">"}.isdisjoint(operators) else 0.5


def operators_in(written: str) -> set[str]:
    """The operators of a constraint."""
    return set(re.findall(r"[<>=!~]+", written))


# -- the upper end of a constraint: its newest release, where a number after a last one counts as any


def pip_end(clauses: Iterable[tuple[str, str]]) -> End:
    """The upper end of the clauses of a requirement, such as `("<", "2022")`."""
    return min((_end(operator, version) for operator, version in clauses), default=OPEN)


def conda_end(written: str) -> End:
    """The upper end of a conda version: `=2022.1`, `2022.1.0`, `>=2.0,<2022`, `2.30|2021.1`, with or without a build string."""
    if found := re.match(r"(=+)?\s*(\d[\w.*|]*)(?:[\s=].*)?$", written):
        fuzzy = found[1] == "="
        return max(_exact(one, fuzzy) for one in found[2].split("|"))
    return OPEN if "|" in written else pip_end(re.findall(r"(<=|>=|==|~=|!=|<|>)\s*(\d[\w.*]*)", written))


def end_of(version: str) -> End:
    """A version as the end of a constraint; `()` for what does not begin with a number."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(float(part) for part in found.group().split(".")) if found else ()


def _end(operator: str, version: str) -> End:
    match operator:
        case "==" | "===" | "<=":
            return _exact(version, fuzzy=False)
        case "~=":
            return (*end_of(version)[:-1], _ANY)
        case "<":
            end = end_of(version)
            return (*end[:-1], end[-1] - 1, _ANY) if end else OPEN
        case _:
            return OPEN


def _exact(version: str, fuzzy: bool) -> End:
    end = end_of(version)
    if not end:
        return OPEN
    return (*end, _ANY) if fuzzy or version.endswith("*") else end


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
