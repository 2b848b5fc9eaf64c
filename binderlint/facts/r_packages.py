"""R packages: what an R repository installs, with what that needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from binderlint.data import listed_words, rows
from binderlint.fact import fact
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.r import asked, calls, conda_installs_r, packages
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.read.description import Description

# What repo2docker installs in an R repository (buildpacks/r.py), and beside an R of conda (buildpacks/conda/__init__.py).
_BASE = frozenset({"remotes", "devtools", "irkernel", "shiny"})
_CONDA_BASE = frozenset({"devtools", "irkernel"})
# Calls that install what cannot be seen.
_UNSEEN = frozenset(
    {"source", "restore", "hydrate", "p_load", "install_deps", "install_local", "system", "pkg_install", "pak"}
)
_R_IN_SCRIPTS = regex(r"\bRscript\b|\bR\s+-|\brenv\b|\.R\b|\br-")


@cache
def _brings() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(brought.split()) for name, brought in rows("r_brings.tsv")})


@fact
def installed_r_packages(repo: Snapshot) -> frozenset[str] | None:
    """The packages of R that the build installs, in lower case, with all that they need; None where there is no R, or something that cannot be seen may install more."""
    plan = build_plan(repo)
    script = post_build_script(repo)
    if plan.error or (script and _R_IN_SCRIPTS.search(script.source.prose)):
        return None
    if plan.buildpack == Buildpack.R:
        named = _of_r(repo)
    elif plan.buildpack == Buildpack.CONDA and conda_installs_r(repo):
        named = _of_conda(repo)
    else:
        return None
    return None if named is None else _with_needs(named) | listed_words("r_own_packages.txt")


@cache
def _cran_names() -> Mapping[str, str]:
    return MappingProxyType({name.lower(): name for name in listed_words("r_names.txt")})


def right_name(package: str) -> str:
    """A package of CRAN as CRAN writes it, where it is written with other capital letters; empty where it is right, or not known."""
    right = _cran_names().get(package.lower(), "")
    return right if right != package else ""


def is_of_cran(package: str) -> bool:
    """Whether CRAN certainly has a package, in lower case."""
    return package in _cran_names()


def is_of_bioconductor(package: str) -> bool:
    """Whether Bioconductor certainly has a package, in lower case: Debian has those of both, and of nobody else."""
    return package in _brings() and package not in _cran_names()


def may_come_along(repo: Snapshot, package: str) -> bool:
    """Whether a package, in lower case, may be brought by one of which it is not known what it brings, or by an older release of another."""
    if package in listed_words("r_once_brought.txt"):
        return True
    return brings_unknown(repo) and (package in _needed() or package not in _brings())


@fact
def brings_unknown(repo: Snapshot) -> bool:
    """Whether a package of R is installed of which it is not known what it brings."""
    there = installed_r_packages(repo) or frozenset()
    return not there <= _brings().keys() | listed_words("r_own_packages.txt") | _own(repo)


@cache
def _needed() -> frozenset[str]:
    """What any package of the table brings."""
    return frozenset(name for brought in _brings().values() for name in brought)


def _with_needs(names: frozenset[str]) -> frozenset[str]:
    known, found, todo = _brings(), set[str](), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += known.get(name, ())
    return frozenset(found)


def _of_r(repo: Snapshot) -> frozenset[str] | None:
    if conda_installs_r(repo):
        return None
    named = set(_BASE)
    source = used_file(repo, "install.R")
    if source:
        if any(call.name in _UNSEEN for call in calls(source)):
            return None
        if not all(one.is_all for one in asked(source)):
            return None  # from a variable
        named |= {str(name).lower() for name in packages(source)}
    named |= _own(repo)
    described = _described(repo)
    if described and "Remotes" in described.fields:
        return None
    if described:
        named |= {item.lower() for item in described.items("Depends", "Imports", "LinkingTo")}
    return frozenset(named)


@fact
def _described(repo: Snapshot) -> Description | None:
    """The package of the repository that is installed."""
    description = repo.get("DESCRIPTION") if not build_plan(repo).binder_dir else None
    if description is None:
        return None
    from binderlint.read.description import read_description

    return read_description(description)


def _own(repo: Snapshot) -> frozenset[str]:
    """The repository's own package, whose needs are known."""
    described = _described(repo)
    return frozenset({described.text("Package").lower()} if described else ())


def _of_conda(repo: Snapshot) -> frozenset[str] | None:
    names = [spec.key for spec in conda_specs(repo)]
    if any(re.match(r"r-(?:essentials|recommended|irkernel-)|rstudio|anaconda$|mro", name) for name in names):
        return None
    found = {
        name.removeprefix("r-").removeprefix("bioconductor-")
        for name in names
        if name.startswith(("r-", "bioconductor-"))
    }
    return frozenset(found - {"base"}) | _CONDA_BASE
