"""dask's versions: the newest release of dask, distributed or dask-kubernetes that a build can install."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from binderlint.data import rows
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.pipfile import pipenv_requirements
from binderlint.facts.environment.python import python_minor
from binderlint.read.constraints import OPEN, End, conda_end, end_of, pip_end
from binderlint.read.requirements import canonical
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# dask and distributed are released together, under the same number, and each asks for exactly the other.
_TOGETHER = {"dask": {"dask", "dask-core", "distributed"}}


def newest(repo: Snapshot, package: str = "dask") -> End | None:
    """The newest release of a package that the pins of the environment and its Python allow; None where an image decides (Dockerfile, Nix)."""
    if not build_plan(repo).transparent:
        return None
    names = _TOGETHER.get(package, {package})
    bounds = [bound for name, bound in _bounds(repo) if name in names]
    return min([*bounds, _last().get((package, python_minor(repo)), OPEN)])


@cache
def _last() -> dict[tuple[str, str], End]:
    """The last releases for a Python; later Pythons get the newest there is."""
    return {(package, python): end_of(last) for package, python, last in rows("dask_last_releases.tsv")}


def _bounds(repo: Snapshot) -> Iterator[tuple[str, End]]:
    for spec in conda_specs(repo):
        yield canonical(spec.key), conda_end(spec.version or "")
    for requirement in (*pip_requirements(repo), *pipenv_requirements(repo)):
        if requirement.key:
            yield requirement.key, pip_end(requirement.clauses)
