"""Python: the version that the environment ends up with."""

from __future__ import annotations

from binderlint.facts.environment.mapping import conda_specs, environment_file
from binderlint.read.digits import release
from binderlint.read.matchspec import PATCHES, MatchSpec
from binderlint.read.pythons import python_release
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.tables import PLATFORM, repo2docker
from binderlint.snapshot import Snapshot


def python_minor(repo: Snapshot) -> str:
    """The Python that the environment ends up with, `""` where that cannot be told.

    conda puts another one in the place of repo2docker's only where environment.yml, which every buildpack but Pipfile's installs, excludes that.
    """
    plan = build_plan(repo)
    found = plan.python.version if plan.python else ""
    specs = _python_specs(repo)
    if not specs or (found in _minors() and _admit(specs, python_release(found))):
        return found
    allowed = [minor for minor in _minors() if any(_admit(specs, f"{minor}.{patch}") for patch in range(PATCHES))]
    return allowed[0] if len(allowed) == 1 else ""


def python_releases(repo: Snapshot) -> tuple[str, ...]:
    """The releases of which one is the Python of the environment: repo2docker's own, or with an environment.yml also those that conda may exchange it for."""
    minor = python_minor(repo)
    if minor not in _minors():
        return ()
    own = python_release(minor)
    if environment_file(repo) is None:
        return (own,)
    specs = _python_specs(repo)
    first = release(own)[-1] if _admit(specs, own) else 0
    return tuple(one for patch in range(first, PATCHES) if _admit(specs, one := f"{minor}.{patch}"))


def _minors() -> list[str]:
    """The Python versions that repo2docker has an environment for."""
    versions: list[str] = repo2docker()["python"]["lock_files"][PLATFORM]
    return versions


def _python_specs(repo: Snapshot) -> list[MatchSpec]:
    return [spec for spec in conda_specs(repo) if spec.key == "python" and spec.version]


def _admit(specs: list[MatchSpec], version: str) -> bool:
    """Whether environment.yml lets a release of Python through, as far as can be told."""
    return all(spec.admits(release(version)) is not False for spec in specs)
