"""The GitHub Action: its own steps, run in bash as GitHub runs them, and what it makes of its inputs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from binderlint import action
from tests.hostile import what_ran, write_hostile

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INSTALL, CHECK = ACTION["runs"]["steps"]
BASH = shutil.which("bash")
CLEAN = b"channels: [conda-forge]\ndependencies: [python=3.12, numpy=2.1.3]\n"
# What a workflow may hold for its own programs, and a Python or pip that heeds it would run or install from the workspace.
VARIABLES = {
    "PYTHONPATH": os.pathsep.join((".", "", "src")),
    "PYTHONSTARTUP": "shlex.py",
    "PYTHONHOME": ".",
    "PYTHONUSERBASE": ".",
    "PIP_CONFIG_FILE": "pip.conf",
    "PIP_CONSTRAINT": "constraints.txt",
    "PIP_FIND_LINKS": ".",
    "PIP_TARGET": ".",
    "PIP_NO_INDEX": "1",
}


class Runner:
    """A runner of GitHub with a temporary folder and one workspace at a time."""

    def __init__(self, home: Path) -> None:
        self.temp = home / "temp"
        self.summary = home / "summary.md"
        self.temp.mkdir()

    def step(
        self, step: dict[str, Any], workspace: Path, variables: dict[str, str], **inputs: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a step in a workspace; the inputs reach it through its `env` only."""
        assert BASH
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "nothing is templated into shell"
        given = {name: value.get("default", "") for name, value in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        context = {f"inputs.{name}": value for name, value in given.items()}
        values = {
            key: re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: context[found[1]], text)
            for key, text in step["env"].items()
        }
        environment = {
            **os.environ,
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(self.temp),
            **variables,
            **values,
        }
        command = [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, encoding="utf-8")

    def check(self, workspace: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], str]:
        """Run the step that checks; the second value is the summary of the job."""
        self.summary.unlink(missing_ok=True)
        path = os.pathsep.join((".", "", os.environ["PATH"]))
        done = self.step(CHECK, workspace, {**VARIABLES, "PATH": path}, **inputs)
        return done, self.summary.read_text("utf-8") if self.summary.exists() else ""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, list[str]]:
    """A runner on which the Action has installed itself, once for all tests, from a hostile workspace; and what ran of that."""
    home = tmp_path_factory.mktemp("runner")
    workspace = home / "workspace"
    workspace.mkdir()
    write_hostile(workspace, home / "ran")
    runner = Runner(home)
    path = os.pathsep.join((".", "", os.environ["PATH"]))
    done = runner.step(INSTALL, workspace, {**VARIABLES, "PATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    return runner, what_ran(home / "ran")


@pytest.fixture
def runner(installed: tuple[Runner, list[str]]) -> Runner:
    return installed[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with one error."""
    (tmp_path / "binder").mkdir()
    (tmp_path / "binder/environment.yml").write_bytes(CLEAN)
    (tmp_path / "binder/start").write_bytes(b"#!/bin/bash\nexport A=1\n")
    return tmp_path


def test_nothing_of_the_workspace_runs(installed: tuple[Runner, list[str]], folder: Path) -> None:
    runner, ran = installed
    assert ran == []
    workspace = folder / "workspace"
    workspace.mkdir()
    (folder / "binder").rename(workspace / "binder")
    write_hostile(workspace, folder / "ran")
    git(workspace, "init", "-q")
    git(workspace, "add", "binder")
    git(workspace, "commit", "-qm", "one")
    done, summary = runner.check(workspace, arguments="--config-ref HEAD", path="./")
    assert what_ran(folder / "ran") == []
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=binder/start,line=" in done.stdout
    assert "start-no-passthrough" in summary


def test_a_finding_is_annotated_and_fails_the_job(runner: Runner, folder: Path) -> None:
    done, summary = runner.check(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=binder/start,line=" in done.stdout
    assert "start-no-passthrough" in summary
    assert summary.startswith("## binderlint")


def test_inputs(runner: Runner, folder: Path) -> None:
    done, summary = runner.check(folder, fail_on="never", summary="false")
    assert done.returncode == 0, done.stdout + done.stderr
    assert summary == ""
    done, _ = runner.check(folder.parent, path=folder.name, arguments="--ignore 'STA' --color \"never\"")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "start-no-passthrough" not in done.stdout
    done, _ = runner.check(folder.parent, path=folder.name, arguments="--output json=report.json")
    assert f"::error file={folder.name}/binder/start,line=" in done.stdout
    assert json.loads((folder.parent / "report.json").read_bytes())["version"] == 2


def test_a_clean_repository_passes(runner: Runner, folder: Path) -> None:
    (folder / "binder/start").unlink()
    done, _ = runner.check(folder)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"path": "$(touch owned)"}, "$(touch owned): no such file or folder"),
        ({"path": "none\n::error::owned"}, "none\\n\\x3a:error::owned: no such file or folder"),
        ({"arguments": "'; touch owned #'"}, "; touch owned #: no such file or folder"),
        ({"arguments": "--select 'x"}, "`arguments` cannot be split into words (No closing quotation): --select 'x"),
        ({"arguments": "--no-such-flag"}, "unrecognized arguments: --no-such-flag"),
        ({"fail_on": "x; touch owned"}, "invalid choice: 'x; touch owned'"),
        ({"fail_on": "--fix"}, "invalid choice: '--fix'"),
        ({"config": "$(touch owned)"}, "`config` must be head, base or none, not $(touch owned)"),
        ({"config": "none", "arguments": "--config other.toml"}, "not allowed with argument"),
    ],
)
def test_what_cannot_be_used_is_said(runner: Runner, folder: Path, inputs: dict[str, str], said: str) -> None:
    done, summary = runner.check(folder, **inputs)
    assert done.returncode == 2
    annotations = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("::")]
    first = annotations[0]  # where only one of the paths is wrong, the others are checked
    assert len(annotations) == 1 or inputs.get("arguments", "").endswith("#'")
    assert first.startswith("::error title=binderlint::")
    assert said in first
    assert "**Not checked**: " in summary or "not checked" in summary
    assert not (folder / "owned").exists()


@pytest.mark.parametrize("version", ["--index-url=http://127.0.0.1:9/", "1.0 --pre", "$(touch owned)", "1.0\nx", "./x"])
def test_a_version_is_a_version(runner: Runner, folder: Path, version: str) -> None:
    done = runner.step(INSTALL, folder, {}, version=version)
    assert done.returncode == 2
    assert "::error title=binderlint::The input version" in done.stdout
    assert not (folder / "owned").exists()


def test_no_python(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without a Python, and with one that is too old, it says what to do."""
    programs = tmp_path_factory.mktemp("programs")
    for path in ("", str(programs)):
        done = Runner(tmp_path_factory.mktemp("home")).step(INSTALL, folder, {"PATH": path})
        assert done.returncode == 2
        assert "::error title=binderlint::There is no Python 3.10 or newer here." in done.stdout
        (programs / "python3").write_bytes(b"#!/bin/sh\nexit 1\n")
        (programs / "python3").chmod(0o755)


HIDES = b'ignore = ["ALL"]\n'
HEAD = "::error file=binder/start,line="


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"]
    return subprocess.run([*command, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def pull_request(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A pull request that brings a configuration which hides all, as GitHub merges it; what GitHub tells of it; and `folder` at the merge."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    base = git(folder, "rev-parse", "HEAD")
    git(folder, "switch", "-qc", "topic")
    (folder / "binderlint.toml").write_bytes(HIDES)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "hide")
    head = git(folder, "rev-parse", "HEAD")
    git(folder, "switch", "-q", "main")
    git(folder, "commit", "-qm", "more", "--allow-empty")
    git(folder, "merge", "-q", "--no-ff", "topic")
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": base}, "head": {"sha": head}}}), "utf-8")
    return {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SHA": git(folder, "rev-parse", "HEAD"),
        "GITHUB_WORKSPACE": str(folder),
        "FAIL_ON": "warning",
    }


def test_whose_configuration_counts(
    pull_request: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    for config, code in (("head", 0), ("none", 1), ("base", 1)):
        assert action.run({**pull_request, "CONFIG": config}) == code
        assert (HEAD in capsys.readouterr().out) == bool(code)


def test_the_configuration_of_the_base_branch_is_used(
    pull_request: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the base branch ignores stays ignored; what the event calls the base is enough where the merge is not in the clone."""
    monkeypatch.chdir(folder)
    git(folder, "reset", "-q", "--hard", "HEAD^1")
    (folder / "pyproject.toml").write_bytes(b'[tool.binderlint]\nignore = ["STA"]\n')
    git(folder, "add", "pyproject.toml")
    git(folder, "commit", "-qm", "ours")
    ours = git(folder, "rev-parse", "HEAD")
    git(folder, "merge", "-q", "--no-ff", "topic")
    event = json.loads((folder / "event.json").read_bytes())
    for told in ({"GITHUB_SHA": git(folder, "rev-parse", "HEAD")}, {"GITHUB_SHA": "0" * 40, "base": ours}):
        event["pull_request"]["base"]["sha"] = told.get("base", event["pull_request"]["base"]["sha"])
        (folder / "event.json").write_text(json.dumps(event), "utf-8")
        assert action.run({**pull_request, **told, "CONFIG": "base"}) == 0
        assert HEAD not in capsys.readouterr().out
    (folder / "event.json").write_text(json.dumps({"merge_group": {"base_sha": ours}}), "utf-8")
    assert action.run({**pull_request, "CONFIG": "base", "GITHUB_EVENT_NAME": "merge_group"}) == 0


@pytest.mark.parametrize(("depth", "code"), [("1", 2), ("2", 1), ("", 1)])
def test_a_checkout_of_that_depth(
    depth: str,
    code: int,
    pull_request: dict[str, str],
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without the base commit in the checkout the step fails: it takes no other configuration."""
    workspace = tmp_path_factory.mktemp("checkout")
    monkeypatch.chdir(workspace)
    git(workspace, "init", "-q")
    limit = [f"--depth={depth}"] if depth else []
    git(workspace, "fetch", "-q", *limit, folder.as_uri(), "main")
    git(workspace, "checkout", "-q", "FETCH_HEAD")
    assert action.run({**pull_request, "GITHUB_WORKSPACE": str(workspace), "CONFIG": "base"}) == code
    captured = capsys.readouterr()
    assert ("`fetch-depth: 2`" in captured.err) == (code == 2)
    assert (HEAD in captured.out) == (code == 1)


def test_a_push_has_its_own_configuration_and_other_events_none(
    pull_request: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert action.run({**pull_request, "GITHUB_EVENT_NAME": "push", "CONFIG": "base"}) == 0
    (folder / "issue.json").write_text('{"issue": {}}', "utf-8")
    for event, file in (("issue_comment", "issue.json"), ("pull_request", "none.json"), ("pull_request", "binder")):
        told = {"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(folder / file)}
        assert action.run({**pull_request, **told, "CONFIG": "base"}) == 2
        assert "::error title=binderlint::`config: base`: the event " in capsys.readouterr().err
    (folder / ".git").rename(folder / "git")
    (folder / ".git").write_bytes(b"gitdir: nowhere\n")
    assert action.run({**pull_request, "CONFIG": "base"}) == 2
    assert "points to a git folder that is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["zizmor", "--offline", "--no-progress", "--persona", "regular"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions"],
    ],
)
def test_linters_find_nothing_in_it(command: list[str]) -> None:
    tool = shutil.which(command[0], path=sysconfig.get_path("scripts"))
    assert tool
    done = subprocess.run([tool, *command[1:], "action.yml"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    workflow = ["vendor.github-workflows" if word == "vendor.github-actions" else word for word in command[1:]]
    done = subprocess.run([tool, *workflow, ".github/workflows/ci.yml"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
