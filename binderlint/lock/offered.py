"""Offered: the versions that unpinned-dependencies offers with `--online`: what goes together today for the Python of the build."""

from __future__ import annotations

from importlib.util import find_spec

from binderlint.facts.environment.asked import asked_packages
from binderlint.lock.pip import Learnt
from binderlint.lock.together import Resolved, lockable_pythons, resolve_all
from binderlint.read.lock import Lock
from binderlint.read.requirements import canonical
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


def is_there() -> bool:
    """Whether the extra `lock` is installed."""
    return find_spec("uv") is not None and find_spec("rattler") is not None


def offered_versions(repo: Snapshot) -> Lock | None:
    """The versions of all that is listed, where something is listed without one; None where that is not so, or nothing goes together.

    Raises UvError and SolverError where there is no answer.
    """
    plan = build_plan(repo)
    python = plan.python.version if plan.python else ""
    is_open = any(one.weight for packages in asked_packages(repo) for one in packages)
    if plan.error or not plan.transparent or python not in lockable_pythons() or not is_open:
        return None
    found = resolve_all(repo, python, None, False, Learnt())
    if not isinstance(found, Resolved):
        return None
    by_pip, by_conda = (
        {canonical(one.name): one.version for one in (pins.pins if pins else ())} for pins in (found.pip, found.conda)
    )
    return Lock("", by_pip, by_conda, f"=={python}.*")
