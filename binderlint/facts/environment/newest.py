"""Newest: whether pip certainly installs a package in a release or a newer one, although nothing may pin it."""

from __future__ import annotations

from binderlint.facts.environment.installs import has_other_index, pip_files, pip_requirements
from binderlint.facts.environment.own_package import own_installs
from binderlint.facts.environment.pipfile import pipenv_requirements
from binderlint.facts.environment.python import python_minor
from binderlint.read.constraints import end_of, only_below
from binderlint.read.digits import release
from binderlint.read.packages import packages_by_name
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot


def is_newer(repo: Snapshot, package: str, lowest: tuple[int, ...], python: tuple[int, ...]) -> bool:
    """Return True if pip installs a package in the release `lowest` or a newer one, which need the Python `python`.

    It is listed so, or without a version, and nothing else that is listed may keep it back.
    """
    minor = python_minor(repo)
    asked = [one for one in (*pip_requirements(repo), *pipenv_requirements(repo)) if one.applies(minor or "3.10")]
    wanted = [one for one in asked if one.key == package]
    if not minor or release(minor) < python or not wanted:
        return False
    if any(one.url or only_below(one.specifier, lowest) for one in wanted):
        return False
    if any(end_of(version) >= lowest for one in wanted for version in one.lowest):
        return True
    if build_plan(repo).buildpack not in (Buildpack.PYTHON, Buildpack.CONDA, Buildpack.PIPFILE):
        return False
    if own_installs(repo) or has_other_index(repo) or any(file.constraint for file in pip_files(repo)):
        return False
    known = packages_by_name()
    others = {one.key for one in asked} - {package}
    return all(name in known and package not in known[name].brings for name in others)
