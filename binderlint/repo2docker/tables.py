"""What repo2docker has in tables: Python, R and Julia versions, as data files that name their source and release."""

from __future__ import annotations

from functools import cache

from binderlint.data import DATA
from binderlint.typed import Any

PLATFORM = "linux-64"  # what every public BinderHub builds for


@cache
def repo2docker() -> dict[str, Any]:
    """The tables of the repo2docker release that plans are made for."""
    return _load("repo2docker.json")


@cache
def julia() -> dict[str, Any]:
    """The Julia versions that repo2docker would find, as of the date that the table gives; it asks for them at each build."""
    return _load("julia.json")


def _load(name: str) -> dict[str, Any]:
    import json

    data: dict[str, Any] = json.loads((DATA / name).read_bytes())
    return data
