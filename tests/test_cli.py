"""The command line as a user meets it: exit codes, formats, paths, fixes, and what is imported at start."""

from __future__ import annotations

import json
import ntpath
import os
import subprocess
import sys
from pathlib import Path

import pytest

from binderlint import __version__
from binderlint.cli import _without_flags, main, parser

BAD = "name: x\ndependencies: [python=3.12]\nprefix: /home/x\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one info-level problem that has a safe fix, as the current folder."""
    (tmp_path / "binder").mkdir()
    (tmp_path / "binder/environment.yml").write_text(BAD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


ONLY = ["--select", "CND001"]


def test_exit_codes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(ONLY) == 0
    assert "CND001" in capsys.readouterr().out
    assert main([*ONLY, "--fail-on", "info"]) == 1
    assert main([*ONLY, "--fail-on", "never"]) == 0
    assert main(["none"]) == 2
    assert "none: no such file or folder" in capsys.readouterr().err
    assert main(["--output", "xml"]) == 2
    assert main(["--ref", "main"]) == 2
    assert main(["--unsafe-fixes"]) == 2
    assert main(["--no-such-flag"]) == 2
    assert "unrecognized arguments: --no-such-flag (`binderlint --help` lists the arguments)" in capsys.readouterr().err
    assert main(["plan", "--format", "xml"]) == 2
    assert "`binderlint plan --help`" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["none\x1b\n::error::"],
        ["--fail-on", "x"],
        ["--config", "none.toml"],
        ["--output=xml"],
        ["--config-ref", "none"],
    ],
)
def test_what_cannot_be_used_is_said_in_the_formats_that_were_asked_for(
    arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def annotations() -> list[str]:
        lines = (capsys.readouterr().err).splitlines()
        assert len(lines) == 1
        return [line for line in lines if line.startswith("::error title=binderlint::")]

    assert main(arguments) == 2
    assert annotations() == []
    assert main(["--output", "github", *arguments]) == 2
    assert len(annotations()) == 1
    assert main(["--output=json", "--output", f"markdown={folder / 'summary.md'}", *arguments]) == 2
    assert annotations() == []
    assert (folder / "summary.md").read_text("utf-8").startswith("## binderlint\n\n**Not checked**: ")
    assert main(["--output", "markdown", *arguments]) == 2
    assert capsys.readouterr().out == (folder / "summary.md").read_text("utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main([*arguments, "--", "--output=github"]) == 2
    said = capsys.readouterr().err.splitlines()  # one for each repository that cannot be checked
    assert said and all(line.startswith("::error title=binderlint::") for line in said)


def test_a_crash_in_a_rule_is_exit_code_3(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from binderlint.rules.conda.env_prefix import EnvPrefix

    def crash(self: object, repo: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(EnvPrefix, "check", crash)
    assert main(ONLY) == 3
    out = capsys.readouterr().out
    assert "rule-crashed" in out
    assert "ZeroDivisionError: oh" in out
    assert "Traceback" not in out


def test_fix_and_diff(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "binder/environment.yml"
    assert main([*ONLY, "--diff"]) == 1
    assert "-prefix: /home/x\n" in capsys.readouterr().out
    assert file.read_text() == BAD
    assert main([*ONLY, "--fix"]) == 0
    captured = capsys.readouterr()
    assert file.read_text() == "name: x\ndependencies: [python=3.12]\n"
    assert "Remove `prefix`" in captured.err
    assert main([*ONLY, "--diff"]) == 0
    assert capsys.readouterr().out == ""


def test_paths_limit_the_report_not_the_analysis(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "README.md").write_text("x\n")
    assert main([*ONLY, "--output", "concise", "README.md"]) == 0
    assert "env-prefix" not in capsys.readouterr().out
    for path in ("binder/environment.yml", "binder"):
        main([*ONLY, "--output", "concise", path])
        assert "binder/environment.yml:3:1: info CND001" in capsys.readouterr().out


def test_several_repositories(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "environment.yml").write_text(BAD)
    assert main([*ONLY, "--output", "json", "one", "two"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["diagnostics"][0]["path"] for line in lines] == ["environment.yml"] * 2
    assert main([*ONLY, "--output", "json=both.jsonl", "one", "two"]) == 0
    assert [json.loads(line)["version"] for line in (folder / "both.jsonl").read_text().splitlines()] == [2, 2]
    main([*ONLY, "--output", "concise", "one", "two"])
    out = capsys.readouterr().out
    assert "one/environment.yml:3:1" in out
    assert "two/environment.yml:3:1" in out


def test_names_as_seen_from_another_drive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from binderlint.commands.check import _prefix

    assert _prefix(folder / "binder") == "binder/"
    assert _prefix(folder.parent) == "../"
    with monkeypatch.context() as windows:
        windows.setattr(os, "path", ntpath)
        windows.setattr(os, "sep", "\\")
        windows.setattr(ntpath, "realpath", lambda path: f"D:\\work\\{path}" if path in (".", "a") else str(path))
        found = [_prefix(path) for path in ("a", "D:\\work\\.", "D:\\course\\one", "C:\\course")]  # type: ignore[arg-type]
    assert found == ["a/", "", "../course/one/", "C:/course/"]


def test_from_a_folder_below(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    (folder / "notebooks").mkdir()
    monkeypatch.chdir(folder / "notebooks")
    main([*ONLY, "--output", "concise"])
    assert "../binder/environment.yml:3:1" in capsys.readouterr().out


def test_several_outputs_in_one_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ONLY, "--output", "concise", "--output", "json=report.json", "--output", "markdown=summary.md"]) == 0
    assert "CND001" in capsys.readouterr().out
    assert json.loads((folder / "report.json").read_text())["version"] == 2
    assert "CND001" in (folder / "summary.md").read_text()
    assert main([*ONLY, "--output", "json=report.json"]) == 0
    assert json.loads((folder / "report.json").read_text())["version"] == 2, "a second run writes it anew"
    assert main([*ONLY, "--output", "json=none/report.json"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_ref(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    subprocess.run(["git", *identity, "commit", "-qm", "one"], check=True)
    (folder / "binder/environment.yml").write_text("dependencies: [python=3.12]\n")
    main([*ONLY, "--ref", "HEAD", "--output", "concise"])
    assert "CND001" in capsys.readouterr().out
    main([*ONLY, "--output", "concise"])
    assert "env-prefix" not in capsys.readouterr().out
    assert main(["--ref", "HEAD", "--fix"]) == 2


def test_configuration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "binderlint.toml").write_text('select = ["CND001"]\nfail-on = "info"\n')
    assert main([]) == 1
    assert main(["--fail-on", "error"]) == 0
    assert main(["--isolated", *ONLY]) == 0
    (folder / "binderlint.toml").write_text('select = ["CND001"]\n[ignore]\nenv-prefix = "kept for the group"\n')
    capsys.readouterr()
    assert main(["--show-suppressed"]) == 0
    captured = capsys.readouterr()
    assert "1 suppressed" in captured.out
    assert "kept for the group" in captured.err
    for text, words in (
        ("sellect = []\n", "binderlint.toml:1: there is no option `sellect`; did you mean `select`?"),
        ("x = \n", "not valid TOML"),
        (f"x = {'9' * 5000}\n", "not valid TOML"),
        (f"x = {'[' * 5000}\n", "not valid TOML"),
        ('\nfail-on = "sometimes"\n', "binderlint.toml:2: `fail-on` must be one of error, warning, info, never"),
    ):
        (folder / "binderlint.toml").write_text(text)
        assert main([]) == 2
        assert words in capsys.readouterr().err


def test_the_configuration_of_a_commit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def commit() -> None:
        subprocess.run(["git", "add", "-A"], check=True)
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, "commit", "-qm", "x", "--allow-empty"], check=True)

    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    commit()
    (folder / "binderlint.toml").write_bytes(b'select = ["CND001"]\nfail-on = "info"\n')
    (folder / "binder/pyproject.toml").write_bytes(b'[tool.binderlint]\r\n"hub" = "none"\r\n')
    commit()
    (folder / "binderlint.toml").write_bytes(b'ignore = ["ALL"]\n')
    assert main([]) == 0
    assert main(["--config-ref", "main"]) == 1
    assert main(["--config-ref", "main~", "--fail-on", "never"]) == 0, "the commit has no configuration file"
    assert "CND001" in capsys.readouterr().out
    assert main(["--config-ref", "main", "--isolated"]) == 2
    assert main(["--config-ref", "main", "gh:owner/name"]) == 2
    assert main(["--config-ref", "none"]) == 2
    assert "the configuration of `none` cannot be read: " in capsys.readouterr().err
    (folder / "binder").rename(folder / "course")
    assert main(["--config-ref", "main", "--subdir", "course"]) == 1, "there is none in this folder, but above it"
    (folder / "binderlint.toml").write_bytes(b"[\n")
    commit()
    assert main(["--config-ref", "HEAD"]) == 2
    assert "HEAD:binderlint.toml: not valid TOML" in capsys.readouterr().err


def test_unknown_rules_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("--ignore", "--select"):
        assert main([flag, "env-prefx"]) == 2, "a mistake on the command line"
        assert "error: there is no rule `env-prefx`; did you mean `env-prefix`?" in capsys.readouterr().err
    assert main(["--ignore", "CND,env-prefix,pin001,ALL"]) == 0
    (folder / "binderlint.toml").write_text('ignore = ["env-prefx", "ALL"]')
    assert main([]) == 0, "a configuration may be that of another version"
    assert "warning: there is no rule `env-prefx`; did you mean `env-prefix`?" in capsys.readouterr().err


def test_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "CND001"]) == 0
    page = capsys.readouterr().out
    assert main(["rule", "env-prefix"]) == 0
    assert capsys.readouterr().out == page
    assert page.startswith("# env-prefix\n\nCND001 · ")
    assert main(["rule", "--all"]) == 0
    assert "env-prefix" in capsys.readouterr().out
    assert main(["rule", "--all", "--output", "json"]) == 0
    assert any(rule["code"] == "CND001" for rule in json.loads(capsys.readouterr().out))
    assert main(["rule", "env-prefx"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert main(["rule"]) == 2


ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def run_python(code: str, cwd: Path) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=True).stdout


HEAVY = (
    "yaml",
    "ruamel.yaml",
    "packaging",
    "nbformat",
    "requests",
    "tree_sitter",
    "dataclasses",
    "inspect",
    "importlib.metadata",
    "tomllib",
    "json",
)


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_start_up_imports_next_to_nothing(flag: str, tmp_path: Path) -> None:
    code = f"""
import sys
from binderlint.cli import main
try:
    main([{flag!r}])
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    assert run_python(code, tmp_path).splitlines()[-1] == "[]"


def test_a_check_imports_only_what_its_files_need(tmp_path: Path) -> None:
    (tmp_path / "binder").mkdir()
    (tmp_path / "binder/requirements.txt").write_text("numpy==2.1.3\n")
    (tmp_path / "binder/runtime.txt").write_text("python-3.12\n")
    code = f"""
import sys
from binderlint.cli import main
main([])
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    loaded = run_python(code, tmp_path).splitlines()[-1]
    for name in ("nbformat", "requests", "ruamel.yaml", "tree_sitter", "inspect", "dataclasses"):
        assert name not in loaded


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"binderlint {__version__}\n"


def test_as_a_module_and_into_a_closed_pipe(folder: Path) -> None:
    command = f"{sys.executable} -m binderlint | head -n 1"
    done = subprocess.run(command, shell=True, env=ENVIRONMENT, capture_output=True, text=True)
    assert not done.stderr


def test_a_refused_fix_is_said_and_not_offered_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in a report of the files as they were read, nor in one of the files read again because one was renamed."""
    (tmp_path / "requirements.txt").write_text("numpy==2.2.0\n")
    (tmp_path / "runtime.text").write_text("python-3.12\n")
    (tmp_path / "postBuild").write_text("#!/bin/bash\nread -p 'Continue? ' answer\nmake\n")
    for fixed in ("runtime.txt", ""):
        assert main([str(tmp_path), "--fix", "--unsafe-fixes", "--select", "PBD,LAY003"]) == 1
        out, err = capsys.readouterr()
        assert "the fix of PBD003 postbuild-no-errexit was not applied: it would bring a new error, PBD008" in err
        assert (fixed or "Nothing to fix") in err
        assert "PBD003" in out and "can be fixed" not in out and "fix with" not in out


def test_entries_of_the_configuration_that_hide_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are said of the repository's own configuration, where it is about the files that are checked."""

    def said(*arguments: str) -> bool:
        main([*arguments, "--output", "concise"])
        return "unused-ignore" in capsys.readouterr().out

    def git(*words: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)

    (folder / "binderlint.toml").write_text('ignore = ["CND002"]\n')
    (folder / "course/binder").mkdir(parents=True)
    (folder / "course/binder/environment.yml").write_text(BAD)
    assert said()
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "one")
    assert said()
    assert not said("--config", "binderlint.toml"), "it may be that of many repositories"
    assert not said("--config-ref", "HEAD")
    assert not said("--ref", "HEAD")
    assert not said("--isolated")
    assert not said("--hub", "generic")
    assert not said("--subdir", "course"), "it is about the whole repository"
    assert not said("course/binder/environment.yml"), "a file limits the report"
    monkeypatch.chdir(folder / "course")
    main(["--output", "concise"])
    assert "../binderlint.toml:1:11: warning BLT008 unused-ignore" in capsys.readouterr().out


def test_unknown_rules_of_a_long_configuration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ", ".join(f'"none-such-{number}"' for number in range(50))
    (folder / "binderlint.toml").write_text(f'[per-file-ignores]\n"*.md" = [{names}]\n')
    assert main(ONLY) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "warning: " in line]
    assert len(lines) == 21
    assert lines[-1] == "binderlint: warning: 30 more names in the configuration are not those of rules"


@pytest.mark.parametrize("command", ["check", "plan"])
def test_paths_alone_are_what_the_parser_makes_of_them(command: str) -> None:
    for paths in ([], ["a", "b c"]):
        assert vars(_without_flags(command, paths)) == vars(parser(command).parse_args(paths))
