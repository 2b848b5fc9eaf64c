"""Hubs: what a BinderHub allows: mybinder.org, a generic one that refuses nothing, and those that the configuration describes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from binderlint.data import DATA
from binderlint.escapes import shown_value
from binderlint.pattern import regex
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import Plan
from binderlint.typed import Any
from binderlint.values import NamedTuple

DEFAULT = "mybinder.org"
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_SIZE = regex(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)


class Hub(NamedTuple):
    """What a hub allows. None means that there is no limit, or that it is not known."""

    name: str
    memory: int | None = None
    """Bytes that a session may use before it is killed."""
    clone: int | None = None
    """Bytes of disk for cloning the repository with its history."""
    ports: frozenset[int] | None = None
    """TCP ports that builds and sessions can reach outside."""
    default_environment: bool = True
    """Whether a repository without an environment file gets a bare Python environment."""
    cluster: bool = True
    """Whether a session can start others, through Kubernetes or a Dask gateway."""
    binderhub: bool = True
    """Whether sessions are started by a BinderHub, whose launch command is a script with quotes and line ends."""


class Verdict(NamedTuple):
    """Whether a hub takes a repository, and what it refuses."""

    name: str
    accepts: bool
    reasons: tuple[str, ...]


def find_hub(name: str) -> Hub:
    """A hub by its name; of one that is not known, nothing is."""
    return describe({"name": name, **_table().get(name, {})})


def describe(table: Mapping[str, Any]) -> Hub:
    """A hub from a table: `name`, `memory` and `clone` (such as "8G"), `ports`, `default-environment`, `cluster`. Raises ValueError."""
    for key, value in table.items():
        kinds = _KINDS.get(key)
        if kinds is None:
            raise ValueError(f"`{key[:60]}` is none of {', '.join(_KINDS)}")
        if not isinstance(value, kinds) or (isinstance(value, list) and not all(type(port) is int for port in value)):
            raise ValueError(f"`{key}` cannot be {shown_value(value)}")
    return Hub(
        table.get("name", "the hub"),
        parse_size(table.get("memory", "")),
        parse_size(table.get("clone", "")),
        frozenset(table["ports"]) if table.get("ports") else None,
        table.get("default-environment", True),
        table.get("cluster", True),
        table.get("binderhub", True),
    )


_KINDS: dict[str, type] = {
    "name": str,
    "memory": str,
    "clone": str,
    "ports": list,
    "default-environment": bool,
    "cluster": bool,
    "binderhub": bool,
}


def parse_size(written: str) -> int | None:
    """Bytes of "2G", "512M" or "1.5 GiB", in steps of 1024 as JupyterHub counts; None for an empty text. Raises ValueError."""
    if not written:
        return None
    found = _SIZE.fullmatch(written)
    if not found:
        raise ValueError(f"`{written[:60]}` is no size such as 2G or 512M")
    size = float(found[1]) * _UNITS[found[2].upper()]
    if size == float("inf"):
        raise ValueError("a size with more digits than any memory has")
    return int(size)


def judge(hub: Hub, plan: Plan) -> Verdict:
    """What a hub says of a plan."""
    reasons = []
    if plan.error:
        reasons.append("the build stops with an error")
    if plan.default and not hub.default_environment:
        reasons.append("no file says what to install, and this hub builds no bare environment")
    if plan.buildpack == Buildpack.NIX and hub.binderhub:
        reasons.append("what repo2docker starts Nix with breaks the launch command of a BinderHub")
    return Verdict(hub.name, not reasons, tuple(reasons))


@cache
def _table() -> dict[str, Any]:
    import json

    content = json.loads((DATA / "hubs.json").read_bytes())
    hubs: dict[str, Any] = content["hubs"]
    return hubs
