"""dask's keys of old, and where their values are read today."""

from __future__ import annotations

from binderlint.data import pairs
from binderlint.source import Table, Text

RENAMED = pairs("dask_renamed_keys.tsv")


def canonical(key: str) -> str:
    """A key as dask compares it."""
    return key.replace("_", "-")


def variable_name(key: str) -> str:
    """The environment variable of a key: `a.b-c` is `DASK_A__B_C`."""
    return "DASK_" + key.upper().replace(".", "__").replace("-", "_")


def deepest(table: Table, path: list[str]) -> tuple[Table, list[str]]:
    """The innermost mapping that is there already on the way to a key, and what of the way is left."""
    while len(path) > 1:
        key = next((key for key in table if canonical(key) == path[0]), None)
        inside = table[key] if key is not None else None
        if not isinstance(inside, Table) or not inside or inside.flow:
            break
        table, path = inside, path[1:]
    return table, path


def taken(table: Table, path: list[str]) -> bool:
    """Whether a key, or something in its way, is set already."""
    inner, rest = deepest(table, path)
    return any(isinstance(key, Text) and canonical(key) == rest[0] for key in inner)
