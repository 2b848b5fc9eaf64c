"""The programs that make tables, and the tables that they have made."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from packaging.version import Version

from binderlint.data import DATA, pairs, rows
from binderlint.read.requirements import canonical
from tools import brings, wheels


def test_runs_of_releases_that_are_gone() -> None:
    every = [Version(one) for one in ("1.0", "1.1", "1.2", "2.0", "2.1")]
    there = {Version("1.1"), Version("2.0")}
    assert wheels._ranges(every, there) == [["1.0", "1.0"], ["1.2", "1.2"], ["2.1", "2.1"]]
    assert wheels._ranges(every, set()) == [["1.0", "2.1"]]
    assert wheels._ranges(every, set(every)) == []


def answering(monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str = "") -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, code, out, err)

    monkeypatch.setattr(subprocess, "run", run)


def test_what_pip_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 0, json.dumps({"versions": ["1.1.post2", "1.0+cpu", "1.0"]}))
    assert wheels.offered("waves", "3.10") == {Version("1.1"), Version("1.0")}
    answering(monkeypatch, 1, "", "ERROR: No matching distribution found for waves")
    assert wheels.offered("waves", "3.10") == set()
    answering(monkeypatch, 1, "", "ERROR: no network")
    with pytest.raises(RuntimeError, match="no network"):
        wheels.offered("waves", "3.10")


def test_what_uv_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 0, "numpy==2.2.0\nWaves_Tools==1.0\n")
    assert brings.brought("waves") == {"numpy", "waves-tools"}
    answering(monkeypatch, 1, "")
    assert brings.brought("waves") is None


def test_the_table_of_what_packages_bring() -> None:
    """Each is in one table only, and brings what the other one knows."""
    known = {name for name, *_ in rows("imports.tsv")}
    for name, brought in pairs("brings.tsv").items():
        assert name == canonical(name) and name not in known
        assert known.issuperset(brought.split()), name


def test_the_table_of_releases() -> None:
    packages: dict[str, dict[str, Any]] = json.loads((DATA / "wheels.json").read_bytes())["packages"]
    for name, row in packages.items():
        releases = [Version(one) for one in row["releases"].split()]
        assert name == canonical(name)
        assert releases == sorted(set(releases)), name
        assert Version(row["newest"]) in releases, name
        ends = [Version(end) for ranges in row["gone"].values() for pair in ranges for end in pair]
        ends += [Version(first) for first in row.get("first", {}).values()]
        assert set(releases).issuperset(ends), name
