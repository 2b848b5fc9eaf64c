"""Julia: the version that repo2docker takes for `[compat] julia` (julia_project.py, semver.py), of the versions known when the table was made."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from binderlint.pattern import regex
from binderlint.read.toml import decode_error_place, find_value, parse_loose
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.plan import Version
from binderlint.repo2docker.reading import RaisedError, attempt, open_source, read_text
from binderlint.repo2docker.tables import julia, repo2docker
from binderlint.typed import Any

_Numbers = tuple[int, ...]
_NUMBER = r"(?:0|[1-9][0-9]*)"
_SEMVER = regex(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})\Z")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def project_path(checkout: Checkout) -> str:
    """JuliaProject.toml, else Project.toml."""
    name = "JuliaProject.toml" if checkout.has("JuliaProject.toml") else "Project.toml"
    return checkout.path(name)


def julia_version(checkout: Checkout) -> Version:
    """The newest Julia that `[compat]` allows. repo2docker downloads the list at each build, so a newer one may be chosen. Raises RaisedError."""
    path = project_path(checkout)
    source = open_source(checkout.repo, path)
    if source is None:
        raise RaisedError("FileNotFoundError", f"[Errno 2] No such file or directory: '{path}'", checkout.repo.place)
    text = read_text(source, path)
    project: Any = attempt(lambda: parse_loose(text), lambda error: decode_error_place(source, error))
    place = getattr(find_value(source, "compat", "julia"), "place", source.place())
    try:
        compat, written = project["compat"]["julia"], True
    except (KeyError, TypeError, IndexError):
        compat, written = repo2docker()["julia"]["default_compat"], False
    known: list[str] = julia()["versions"]
    found = attempt(lambda: find_match(compat, known), place)
    if found is None:  # the braces stand in repo2docker's own message
        raise RaisedError("RuntimeError", "Failed to find a matching Julia version: {compat}", place)
    if not written:
        return Version(found, None, f"no `[compat]` names Julia: the newest 1.x, of those known on {julia()['date']}")
    return Version(found, place, f"the newest that `{compat}` allows, of those known on {julia()['date']}")


def find_match(constraint: Any, versions: list[str]) -> str | None:
    """The newest of the versions, given from old to new, that a constraint allows. Raises what semver.py raises."""
    hash(constraint)  # repo2docker's matchers are cached by it
    constraint = constraint.strip()
    first = re.search(r"\d", constraint)
    if not first:
        raise AttributeError("'str' object has no attribute 'match'")  # what comes of the empty string it returns
    numbers = tuple(int(part) for part in constraint[first.start() :].split("."))
    symbol = constraint[: first.start()].strip()
    if first.start() == 0 or symbol == "^":
        return _in_range(numbers, _caret(numbers), versions)
    if symbol == "~":
        return _in_range(numbers, _tilde(numbers), versions)
    if len(numbers) < 3:
        numbers += (0,) * (3 - len(numbers))
        constraint = constraint[: first.start()] + ".".join(map(str, numbers))
    constraint = re.sub(r"(^|\b)=\b", "==", constraint.replace("≥", ">=").replace("≤", "<="))
    return next((version for version in reversed(versions) if _matches(_numbers(version), constraint)), None)


def _in_range(lower: _Numbers, upper: _Numbers, versions: list[str]) -> str | None:
    return next((version for version in reversed(versions) if lower <= _numbers(version) < upper), None)


def _numbers(version: str) -> _Numbers:
    return tuple(int(part) for part in version.split("."))


def _caret(numbers: _Numbers) -> _Numbers:
    """The first version that is too new: up to the first number that is not zero."""
    if numbers[0]:
        return (numbers[0] + 1,)
    for index, number in enumerate(numbers):
        if number or index == len(numbers) - 1:
            return (*numbers[:index], number + 1)
    return numbers


def _tilde(numbers: _Numbers) -> _Numbers:
    match numbers:
        case (major,):
            return (major + 1,)
        case (0, 0, patch, *_):
            return (0, 0, patch + 1)
    return (numbers[0], numbers[1] + 1)


def _matches(version: _Numbers, constraint: str) -> bool:
    """What `semver.VersionInfo.match` says of a version and `<operator><version>`."""
    symbol = constraint[:2]
    if symbol in (">=", "<=", "==", "!="):
        written = constraint[2:]
    elif symbol[:1] in (">", "<"):
        symbol, written = symbol[0], constraint[1:]
    else:
        raise ValueError(
            "match_expr parameter should be in format <op><ver>, where <op> is one of "
            f"['<', '>', '==', '<=', '>=', '!=']. You provided: {constraint!r}"
        )
    parsed = _SEMVER.match(written)
    if not parsed:
        raise ValueError(f"{written} is not valid SemVer string")
    return _OPERATORS[symbol](version, tuple(int(part) for part in parsed.groups()))


def newest_allowed(constraint: str) -> str:
    """The newest known Julia that repo2docker would take for a constraint, empty where it would raise."""
    try:
        return find_match(constraint, julia()["versions"]) or ""
    except (AttributeError, ValueError, TypeError, IndexError):
        return ""
