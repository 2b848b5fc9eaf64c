"""The GitHub Action: its own steps, run in bash as GitHub runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


def run(tmp_path: Path, folder: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run the steps (the installing one once for all tests); `inputs.x` and `github.x` reach them through their `env` only."""
    runner = tmp_path / "runner"
    runner.mkdir(exist_ok=True)
    summary = tmp_path / "summary.md"
    given = {name: value.get("default", "") for name, value in ACTION["inputs"].items()} | inputs
    context = {**{f"inputs.{name}": value for name, value in given.items()}, "github.action_path": str(ROOT)}
    base = {
        **os.environ,
        "RUNNER_TEMP": str(runner),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(folder),
    }
    done = None
    steps = ACTION["runs"]["steps"]
    assert [step["name"] for step in steps] == ["Install binderlint", "Check the repository"]
    for step in steps[1:] if (runner / "binderlint/bin/binderlint").exists() else steps:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "nothing is templated into shell"
        values = {
            key: re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: context[found[1]], text)
            for key, text in step["env"].items()
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=folder, env=base | values, capture_output=True, text=True)
        if done.returncode:
            break
    assert done
    return done, summary.read_text() if summary.exists() else ""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the runner, so that the Action installs itself once."""
    return tmp_path_factory.mktemp("action")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "binder").mkdir()
    (tmp_path / "binder/environment.yml").write_text(
        "channels: [conda-forge]\ndependencies: [python=3.12, numpy=2.1.3]\n"
    )
    (tmp_path / "binder/start").write_text("#!/bin/bash\nexport A=1\n")
    return tmp_path


def test_a_finding_is_annotated_and_fails_the_job(home: Path, folder: Path) -> None:
    done, summary = run(home, folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=binder/start,line=" in done.stdout
    assert "start-no-passthrough" in summary
    assert summary.startswith("## binderlint")


def test_inputs(home: Path, folder: Path) -> None:
    (home / "summary.md").unlink(missing_ok=True)
    done, summary = run(home, folder, **{"fail-on": "never", "summary": "false"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert summary == ""
    done, _ = run(home, folder.parent, path=folder.name, arguments="--ignore 'STA' --color \"never\"")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "start-no-passthrough" not in done.stdout


def test_hostile_inputs_are_only_text(home: Path, folder: Path) -> None:
    for name, value in (("path", "$(touch owned)"), ("arguments", "'; touch owned #'"), ("fail-on", "x; touch owned")):
        done, _ = run(home, folder, **{name: value})
        assert done.returncode == 2
        assert not (folder / "owned").exists()


def test_a_clean_repository_passes(home: Path, folder: Path) -> None:
    (folder / "binder/start").unlink()
    done, _ = run(home, folder)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["zizmor", "--offline", "--no-progress", "--persona", "regular"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions"],
    ],
)
def test_linters_find_nothing_in_it(command: list[str]) -> None:
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:], "action.yml"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    workflow = ["vendor.github-workflows" if word == "vendor.github-actions" else word for word in command[1:]]
    done = subprocess.run([tool, *workflow, ".github/workflows/ci.yml"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
