"""Lab extensions: npm packages of JupyterLab before 4, and the Python package that brings the same today."""

from __future__ import annotations

from functools import cache

from binderlint.data import rows
from binderlint.read.digits import is_number, number
from binderlint.values import NamedTuple

BUILT_IN = "*"
"""The function is part of JupyterLab itself, or ipywidgets, which every build has."""


class _Extension(NamedTuple):
    python: str
    first: str
    since: str


@cache
def _known() -> dict[str, _Extension]:
    return {package: _Extension(*found) for package, *found in rows("lab_extensions.tsv")}


def outdated(package: str) -> bool:
    """Whether an npm package, with its version if one is written, cannot be built into JupyterLab 4 for certain."""
    name, _, version = package[1:].partition("@")
    known = _known().get(package[:1] + name)
    major = version.lstrip("^~=v").partition(".")[0]
    if known is None or not known.first:
        return False
    return known.first == "never" or (is_number(major) and number(major) < number(known.first))


def prebuilt(package: str) -> str | None:
    """The Python package that replaces an npm package (`BUILT_IN`, or empty where there is none), None when it is not known."""
    known = _known().get(package[:1] + package[1:].partition("@")[0])
    return known.python if known else None


def prebuilt_since(package: str) -> str:
    """The first release of the Python package of an npm package that has it prebuilt for JupyterLab 4, empty when it is not known."""
    known = _known().get(package[:1] + package[1:].partition("@")[0])
    return known.since if known else ""
