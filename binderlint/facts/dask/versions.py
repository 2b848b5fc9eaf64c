"""dask's versions: the newest release of dask, distributed or dask-kubernetes that a build can install."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from binderlint.data import rows
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.read.requirements import canonical
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

Release = tuple[float, ...]
NEWEST: Release = (float("inf"),)
_ANY = float("inf")

# dask and distributed are released together, under the same number, and each asks for exactly the other.
_TOGETHER = {"dask": {"dask", "dask-core", "distributed"}}


def newest(repo: Snapshot, package: str = "dask") -> Release | None:
    """The newest release of a package that the pins of the environment and its Python allow; None where an image decides (Dockerfile, Nix)."""
    if not build_plan(repo).transparent:
        return None
    names = _TOGETHER.get(package, {package})
    bounds = [bound for name, bound in _bounds(repo) if name in names]
    return min([*bounds, _last().get((package, python_minor(repo)), NEWEST)])


@cache
def _last() -> dict[tuple[str, str], Release]:
    """The last releases for a Python; later Pythons get the newest there is."""
    return {(package, python): _release(last) for package, python, last in rows("dask_last_releases.tsv")}


def named(repo: Snapshot, package: str) -> bool:
    """Whether the environment asks for a package by its name."""
    return any(name == package for name, _ in _bounds(repo))


def python_minor(repo: Snapshot) -> str:
    """The Python that the environment ends up with: a pin in environment.yml is installed by every buildpack that reads the file."""
    for spec in conda_specs(repo):
        if spec.key == "python" and (found := re.match(r"=+\s*(\d+\.\d+)", spec.version or "")):
            return found[1]
    plan = build_plan(repo)
    return plan.python.version if plan.python else ""


def _bounds(repo: Snapshot) -> Iterator[tuple[str, Release]]:
    for spec in conda_specs(repo):
        yield canonical(spec.key), _conda_bound(spec.version or "")
    for requirement in pip_requirements(repo):
        if requirement.key:
            yield requirement.key, _lowest(_bound(operator, version) for operator, version in requirement.clauses)


def _conda_bound(written: str) -> Release:
    """The upper end of a conda version: `=2022.1`, `2022.1.0`, `>=2.0,<2022`, `2.30|2021.1`, with or without a build string."""
    if found := re.match(r"(=+)?\s*(\d[\w.*|]*)(?:[\s=].*)?$", written):
        fuzzy = found[1] == "="
        return max(_exact(one, fuzzy) for one in found[2].split("|"))
    clauses = re.findall(r"(<=|>=|==|~=|!=|<|>)\s*(\d[\w.*]*)", written)
    return NEWEST if "|" in written else _lowest(_bound(operator, version) for operator, version in clauses)


def _bound(operator: str, version: str) -> Release:
    match operator:
        case "==" | "===" | "<=":
            return _exact(version, fuzzy=False)
        case "~=":
            return (*_release(version)[:-1], _ANY)
        case "<":
            release = _release(version)
            return (*release[:-1], release[-1] - 1, _ANY) if release else NEWEST
        case _:
            return NEWEST


def _exact(version: str, fuzzy: bool) -> Release:
    release = _release(version)
    if not release:
        return NEWEST
    return (*release, _ANY) if fuzzy or version.endswith("*") else release


def _release(version: str) -> Release:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(float(part) for part in found.group().split(".")) if found else ()


def _lowest(bounds: Iterable[Release]) -> Release:
    return min(bounds, default=NEWEST)
