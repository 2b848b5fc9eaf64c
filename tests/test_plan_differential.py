"""Plans against the real classes of repo2docker: on the examples of every rule, and on random repositories."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.steps import build_steps
from binderlint.snapshot import Snapshot
from tests.agreement import differences
from tests.cases import cases
from tests.oracle import Oracle
from tests.random_repositories import Files, repositories
from tests.rendered import planned_steps, rendered_steps
from tests.systems import linux

pytestmark = linux


def examples() -> Iterator[Any]:
    """The files of each case, once where they differ in nothing that repo2docker reads: documents and notebooks only count by being there."""
    seen = set()
    for rule, case in cases():
        files = {one.path: one for one in case.sources}
        key = frozenset(
            (one.path, one.mode, None if one.path.endswith((".ipynb", ".md", ".rst")) else one.data)
            for one in case.sources
        )
        if key not in seen:
            seen.add(key)
            yield pytest.param(files, id=f"{rule.code}-{case.line}")


EXAMPLES = list(examples())


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    made = Oracle()
    yield made
    made.close()


@pytest.mark.parametrize("files", EXAMPLES)
def test_cases_of_the_rules(oracle: Oracle, files: Files) -> None:
    check(Snapshot.from_dict(files), oracle(files))


@settings(
    max_examples=int(os.environ.get("BINDERLINT_RANDOM_REPOSITORIES", "200")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(files=repositories())
def test_random_repositories(oracle: Oracle, files: Files) -> None:
    check(Snapshot.from_dict(files), oracle(files))


def check(repo: Snapshot, said: dict[str, Any]) -> None:
    """The plan agrees with the oracle, and its steps with the Dockerfile that repo2docker writes."""
    assert not list(differences(build_plan(repo), said))
    if "render" in said and not said["error"] and said["buildpack"] != "DockerBuildPack":
        assert planned_steps(build_steps(repo)) == rendered_steps(said["render"])
