"""The golden repositories in fixtures/: what is said of each, what the plan is, and what the fixes leave.

`python -m tests.test_fixtures` writes what binderlint gives now; what it writes is read and judged before it is committed.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from binderlint.git import Git
from binderlint.lint.diagnostic import Applicability
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.pages import hold_day
from binderlint.repo2docker.build import build_plan
from binderlint.reporters import render
from binderlint.reporters.plan import outline
from binderlint.reporters.plan import render as render_plan
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, Source
from binderlint.style import Style

FIXTURES = sorted(path for path in (Path(__file__).parent.parent / "fixtures").iterdir() if path.is_dir())


def load(fixture: Path) -> Snapshot:
    facts = json.loads((fixture / "git.json").read_text("utf-8"))
    executable = facts.pop("executable", [])  # of which Windows knows nothing
    sources = {}
    for path in sorted((fixture / "repo").rglob("*")):
        if path.is_file():
            name = path.relative_to(fixture / "repo").as_posix()
            sources[name] = Source(name, path.read_bytes(), EXECUTABLE if name in executable else REGULAR)
    git = Git(**{**facts, "refs": frozenset(facts.get("refs", ()))})
    return Snapshot.from_dict(sources, git=git)


def golden(fixture: Path) -> dict[str, str | dict[str, bytes]]:
    """What a fixture's folder holds beside its repository: texts, and trees of files."""
    repo = load(fixture)
    style = Style(width=100)
    found: dict[str, str | dict[str, bytes]] = {
        "report.txt": render("full", check(repo), style),
        "plan.txt": render_plan(outline(repo), style),
    }
    for name, applicability in (("fixed", Applicability.SAFE), ("fixed-unsafe", Applicability.UNSAFE)):
        fixed = fix(repo, applicability=applicability)
        found[name] = {path: source.data for path, source in fixed.repo.sources.items()}
        found[f"{name}.txt"] = render("concise", fixed.report, style)
    return found


def on_disk(fixture: Path, name: str) -> str | dict[str, bytes]:
    path = fixture / name
    if name.endswith(".txt"):
        return path.read_text("utf-8") if path.exists() else ""
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_golden(fixture: Path) -> None:
    for name, content in golden(fixture).items():
        assert on_disk(fixture, name) == content, f"{fixture.name}/{name}"


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
@pytest.mark.parametrize("applicability", [Applicability.SAFE, Applicability.UNSAFE])
def test_fixing_twice_changes_nothing_more(fixture: Path, applicability: Applicability) -> None:
    once = fix(load(fixture), applicability=applicability)
    twice = fix(once.repo, applicability=applicability)
    assert not twice.applied
    assert {path: source.data for path, source in twice.repo.sources.items()} == {
        path: source.data for path, source in once.repo.sources.items()
    }


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.name)
def test_fixing_makes_nothing_worse(fixture: Path) -> None:
    repo = load(fixture)
    errors = check(repo).counts()["error"]
    for applicability in (Applicability.SAFE, Applicability.UNSAFE):
        fixed = fix(repo, applicability=applicability)
        assert fixed.report.counts()["error"] <= errors
        assert not (build_plan(fixed.repo).error and not build_plan(repo).error)


@pytest.mark.parametrize(
    "fixture", [path for path in FIXTURES if path.name.startswith("clean-")], ids=lambda path: path.name
)
def test_clean_repositories_are_clean(fixture: Path) -> None:
    assert check(load(fixture)).diagnostics == ()


def write() -> None:
    """Write what binderlint gives now, for all fixtures or those named on the command line."""
    for one in FIXTURES:
        if sys.argv[1:] and one.name not in sys.argv[1:]:
            continue
        for name, content in golden(one).items():
            if isinstance(content, str):
                (one / name).write_text(content, "utf-8")
                continue
            shutil.rmtree(one / name, ignore_errors=True)
            for path, data in content.items():
                (one / name / path).parent.mkdir(parents=True, exist_ok=True)
                (one / name / path).write_bytes(data)


if __name__ == "__main__":
    hold_day()
    write()
