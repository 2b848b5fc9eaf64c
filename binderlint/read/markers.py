"""Markers: whether the condition after a `;` lets pip install a package in the build."""

from __future__ import annotations

from binderlint.cache import remembered
from binderlint.pattern import regex
from binderlint.read import specifiers
from binderlint.read.pythons import python_release
from binderlint.typed import Any

_BINDER = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
# Comparisons on which everybody agrees: markers of nothing else need not be asked of `packaging`.
_PYTHON = regex(r"python_version *([<>=!~]+) *([\"'])([\d.*]+)\2")
_SYSTEM = regex(r"(\w+) *([!=]=) *([\"'])([A-UW-Za-uw-z]\w*)\3")  # `v1` is a version


@remembered(20_000)
def marker_holds(marker: str, python: str) -> bool:
    """Whether a marker holds on Binder: Linux, x86-64, CPython of a minor version (`3.10`). True where it cannot be told."""
    if is_plain(marker):
        held = [_holds(one, python) for one in _comparisons(marker)]
        if None not in held:
            return all(held)
    from packaging.markers import Marker

    environment: dict[str, Any] = {
        "python_version": python,
        "python_full_version": python_release(python),
        **_BINDER,
        "extra": "",
    }
    try:
        return Marker(marker).evaluate(environment)
    except Exception:  # a marker that cannot be evaluated: pip says so itself
        return True


def is_plain(marker: str) -> bool:
    """Whether a marker is made of comparisons on which everybody agrees, joined by `and`."""
    return all(
        ((found := _SYSTEM.fullmatch(one)) and found[1] in _BINDER)
        or ((found := _PYTHON.fullmatch(one)) and specifiers.is_plain(found[1] + found[3]))
        for one in _comparisons(marker)
    )


def _comparisons(marker: str) -> list[str]:
    return [one.strip(" ") for one in marker.split(" and ")]


def _holds(comparison: str, python: str) -> bool | None:
    """Whether a plain comparison holds; None where the version of Python is not plain."""
    if (found := _SYSTEM.fullmatch(comparison)) and found[1] in _BINDER:
        return (_BINDER[found[1]] == found[4]) == (found[2] == "==")
    asked = _PYTHON.fullmatch(comparison)
    return specifiers.admits(asked[1] + asked[3], python) if asked else None
