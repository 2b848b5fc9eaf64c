"""Launch: what holds of the suite without launching anything (docs/launch.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from binderlint.lint.linter import check
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from tests.launch.__main__ import agrees, broken, stops
from tests.launch.cases import CASES, Case
from tests.launch.laboratory import HERE, Laboratory, LaboratoryError


def test_cases_have_names_of_their_own_and_the_notebooks_they_name() -> None:
    assert len({one.name for one in CASES}) == len(CASES) > 80
    for case in CASES:
        assert {f"{name}.ipynb" for name in case.notebooks} <= case.files.keys(), case.name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_has_a_plan_and_no_rule_crashes(case: Case) -> None:
    repo = Snapshot.from_dict({**case.files, "README.md": case.readme})
    assert not check(repo).crashed
    assert build_plan(repo).buildpack or build_plan(repo).error


@pytest.mark.parametrize(
    ("text", "works", "failed", "expected"),
    [
        ('exec "$@"', True, [], True),
        ('exec "$@"', False, [], False),
        ("echo ready", False, [], True),
        ("echo ready", True, [], False),
        ('wget -q https://example.org/a\nexec "$@"', True, [], True),  # a warning: both are right
        ('wget -q https://example.org/a\nexec "$@"', False, [], True),
        ('exec "$@"', True, ["tides"], False),
    ],
)
def test_agreement(text: str, works: bool, failed: list[str], expected: bool) -> None:
    cell = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'
    case = Case(
        "x",
        {"requirements.txt": "six==1.16.0\n", "start": f"#!/bin/bash\n{text}\n", "tides.ipynb": cell},
        notebooks=("tides",),
    )
    found = check(Snapshot.from_dict(case.files)).diagnostics
    said: dict[str, Any] = {"launch": stops(found), "notebooks": sorted(broken(found, case))}
    assert agrees(said, {"works": works, "notebooks": failed}, found) is expected


def test_a_computer_without_podman_or_docker_is_told_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LaboratoryError, match="podman, buildah"):
        Laboratory(tmp_path).prepare()
    with pytest.raises(LaboratoryError, match="docker"):
        Laboratory(tmp_path, docker=True).prepare()
    with pytest.raises(LaboratoryError, match="apt-get"):
        Laboratory(tmp_path).install()


def test_the_stand_ins_are_scripts_that_bash_reads() -> None:
    for name in ("podman", "image/wget", "image/bin/micromamba"):
        assert (HERE / "standin" / name).read_text("utf-8").startswith("#!/bin/bash\n")
