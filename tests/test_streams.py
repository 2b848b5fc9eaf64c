"""Exit codes and streams as the shell sees them: closed, full and broken ones, interrupts, and what is no fault of the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from binderlint.cli import main
from binderlint.outside.output import OutputError, check_output, write_output

posix = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is needed")
BINDERLINT = f"{sys.executable} -m binderlint"
WRONG = "dependencies: [python=3.12]\nprefix: /home/x\nchannels: {}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an error, as the current folder."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "environment.yml").write_text(WRONG)
    (root / "a.ipynb").write_text("{}")
    monkeypatch.chdir(root)
    return root


def shell(command: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a shell command, in which BINDERLINT stands for the program."""
    command = command.replace("BINDERLINT", BINDERLINT)
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr
    return done.returncode, done.stdout, done.stderr


# -- streams


@posix
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("BINDERLINT", 1),
        ("BINDERLINT --fail-on never", 0),
        ("BINDERLINT --diff", 1),
        ("BINDERLINT plan", 0),
        ("BINDERLINT rule --all", 0),
        ("BINDERLINT --help", 0),
    ],
)
def test_a_reader_that_has_seen_enough(folder: Path, command: str, code: int) -> None:
    assert shell(f"{command} | true")[0::2] == (code, "Would change 1 file.\n" if "--diff" in command else "")


@posix
@full
@pytest.mark.parametrize("arguments", ["", "--diff", "plan", "rule CND001", "--version"])
def test_a_full_disk_behind_standard_output(folder: Path, arguments: str) -> None:
    code, _, said = shell(f"BINDERLINT {arguments} >/dev/full")
    assert code == 2
    assert "binderlint: error: Standard output cannot be written: No space left on device\n" in said


@posix
@pytest.mark.parametrize("arguments", ["", "--diff", "rule CND001"])
def test_standard_output_closed(folder: Path, arguments: str) -> None:
    code, _, said = shell(f"BINDERLINT {arguments} >&-")
    assert code == 2
    assert "binderlint: error: Standard output cannot be written: it is closed\n" in said


@posix
def test_standard_error_closed_or_full(folder: Path) -> None:
    code, patch, _ = shell("BINDERLINT --diff")
    assert code == 1
    assert patch.startswith("diff --git ")
    assert shell("BINDERLINT --diff 2>&-")[:2] == (1, patch), "nothing meant for standard error goes into the patch"
    assert shell("BINDERLINT none 2>&-")[:2] == (2, "")
    assert shell("BINDERLINT --none 2>&-")[0] == 2
    assert shell("BINDERLINT >&- 2>&-")[0] == 2
    assert shell("BINDERLINT <&- >/dev/null")[0] == 1
    if Path("/dev/full").exists():
        assert shell("BINDERLINT --diff 2>/dev/full")[:2] == (1, patch)
        assert shell("BINDERLINT --none 2>/dev/full")[0] == 2


@posix
def test_a_closed_stream_does_not_give_its_number_to_a_file(folder: Path) -> None:
    code, _, _ = shell("BINDERLINT --output json=report.json --output concise >&- 2>&-")
    assert code == 2
    assert json.loads((folder / "report.json").read_text())["version"] == 2


# -- interrupts

SENT = """\
import os, signal, sys
import binderlint.{module} as module
real = module.{name}
def send(*arguments, **named):
    {before}
    os.kill(os.getpid(), signal.{signal})
    {after}
module.{name} = send
from binderlint.cli import main
sys.exit(main({arguments!r}))
"""


def send(
    name: str, number: str, arguments: Sequence[str], module: str = "lint.linter", after: bool = False
) -> tuple[int, str]:
    """Exit code and errors of a run that gets a signal before, or after, a function of a module does its work."""
    call = "result = real(*arguments, **named)", "return result"
    before, then = call if after else ("pass", "return real(*arguments, **named)")
    code = SENT.format(module=module, name=name, signal=number, arguments=list(arguments), before=before, after=then)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@posix
def test_ctrl_c(folder: Path) -> None:
    assert send("check", "SIGINT", []) == (130, "")
    assert send("fix", "SIGINT", ["--fix"], "lint.fixer") == (130, "Stopped before anything was fixed.\n")
    assert (folder / "environment.yml").read_text() == WRONG


@posix
@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_while_files_are_written(folder: Path, number: str, code: int) -> None:
    """The first file is written, the second is not touched, and both are told."""
    (folder / "binder").mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.md").write_text(
            "[![Binder](https://mybinder.org/badge.svg)](https://mybinder.org/v2/gh/o/r/main)\n"
        )
    arguments = ["--select", "LNK005", "--fix"]
    found, said = send("write_new", number, arguments, "outside.disk", after=True)
    assert found == code
    assert said.splitlines() == [
        "Fixed one.md: Use the current image (LNK005 badge-old-image)",
        "binderlint: error: two.md was not changed: binderlint was stopped before",
    ]
    assert "badge_logo.svg" in (folder / "one.md").read_text()
    assert "badge.svg" in (folder / "two.md").read_text()
    assert sorted(os.listdir()) == ["a.ipynb", "binder", "environment.yml", "one.md", "two.md"]


# -- faults of binderlint itself


@pytest.mark.parametrize("error", [ZeroDivisionError("oh\n::error::no"), RecursionError("deep"), MemoryError()])
def test_a_bug_is_said_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("binderlint.lint.linter.check", crash)
    monkeypatch.delenv("BINDERLINT_DEBUG", raising=False)
    assert main([]) == 3
    said = capsys.readouterr().err
    assert said.startswith("binderlint: error: ")
    assert said.count("\n") == 1
    if isinstance(error, MemoryError):
        assert "not enough memory" in said
    else:
        assert f"because of a bug in it ({type(error).__name__}: " in said
        assert "commands/check.py:" in said
    monkeypatch.setenv("BINDERLINT_DEBUG", "1")
    assert main([]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_file_that_the_system_refuses_is_no_bug(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "some/file")

    monkeypatch.setattr("binderlint.lint.settings.find_configuration", refuse)
    assert main([]) == 2
    assert capsys.readouterr().err == "binderlint: error: some/file: Permission denied\n"


@posix
def test_the_current_folder_is_gone(folder: Path) -> None:
    gone = 'mkdir "$0gone"; cd "$0gone"; rmdir "$0gone";'
    for arguments in ("", "plan", "."):
        code, _, said = shell(f"{gone.replace('$0', f'{folder}/')} BINDERLINT {arguments}")
        assert code == 2
        assert said.startswith("binderlint: error: ")
    code, out, _ = shell(f"{gone.replace('$0', f'{folder}/')} BINDERLINT {folder} --output concise")
    assert code == 1
    assert f"{folder}/environment.yml:" in out


# -- reports in files


def reports(*outputs: str, path: str = ".") -> int:
    return main([path, *(word for one in outputs for word in ("--output", one)), "--fail-on", "never"])


def test_a_wrong_argument_leaves_a_report_as_it_is(folder: Path) -> None:
    Path("report.json").write_text("the last one")
    for arguments in (["none"], ["--ref", "none"], ["--unsafe-fixes"], ["--output", "xml"]):
        assert main(["--output", "json=report.json", *arguments]) == 2
    assert Path("report.json").read_text() == "the last one"


def test_a_report_replaces_the_last_one_whole(folder: Path) -> None:
    Path("report.json").write_text("x" * 100_000)
    Path("report.json").chmod(0o640)
    assert reports("json=report.json", "concise") == 0
    assert json.loads(Path("report.json").read_text())["version"] == 2
    assert Path("report.json").stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir()) == ["a.ipynb", "environment.yml", "report.json"]


@full
@pytest.mark.parametrize(
    "file", ["/dev/full", "none/report.json", ".", "environment.yml/report.json", "link", "/dev/fd/99"]
)
def test_a_report_that_cannot_be_written(folder: Path, capsys: pytest.CaptureFixture[str], file: str) -> None:
    Path("link").symlink_to("environment.yml")
    assert reports(f"json={file}", "concise") == 2
    said = capsys.readouterr().err
    assert f"{file} cannot be written: " in said
    assert Path("environment.yml").read_text() == WRONG


def test_a_link_does_not_lead_a_report_out_of_the_repository(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (folder / "out").symlink_to(outside)
    (folder / "in").mkdir()
    (folder / "in-too").symlink_to("in")
    assert reports("json=out/report.json") == 2
    assert "a symbolic link in its path leads out of the repository" in capsys.readouterr().err
    assert reports(f"json={folder}/out/report.json") == 2
    assert not list(outside.iterdir())
    assert reports("json=in-too/report.json") == 0
    assert (folder / "in/report.json").exists()
    (folder.parent / "way").symlink_to(outside)
    assert reports(f"json={folder.parent}/way/report.json") == 0, "links of one's own are followed"


def test_a_report_in_a_file_with_two_names(folder: Path) -> None:
    Path("report.json").write_text("x" * 100_000)
    os.link("report.json", "twin.json")
    assert reports("json=report.json") == 0
    assert json.loads(Path("twin.json").read_text())["version"] == 2


def test_several_repositories_in_one_report(folder: Path) -> None:
    (folder / "two").mkdir()
    (folder / "two/environment.yml").write_text(WRONG)
    assert main([".", "two", "--output", "json=report.jsonl", "--fail-on", "never"]) == 0
    assert [json.loads(line)["version"] for line in Path("report.jsonl").read_text().splitlines()] == [2, 2]


def test_the_summary_of_a_step_is_added_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = folder.parent / "summary.md"
    summary.write_text("what the step said before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    for _ in range(2):
        assert reports(f"markdown={summary}") == 0
    assert summary.read_text().startswith("what the step said before\n")
    assert summary.read_text().count("## binderlint") == 2


@posix
def test_streams_as_files(folder: Path) -> None:
    code, out, _ = shell("BINDERLINT --output concise --output json=/dev/stdout --output concise > ../out; cat ../out")
    assert code == 0
    assert out.count("  launch ") == 2, "nothing is written over"
    assert out.count('"version": 2') == 1
    _, out, said = shell("BINDERLINT --output json=/dev/stderr")
    assert json.loads(said)["version"] == 2
    _, out, _ = shell("BINDERLINT --output json=/dev/fd/3 3>&1 >/dev/null")
    assert json.loads(out)["version"] == 2
    _, out, _ = shell("BINDERLINT --output json=>(cat)")
    assert json.loads(out)["version"] == 2
    assert shell("BINDERLINT --output json=/dev/fd/3 3> >(true)")[0] in (1, 2)


@posix
def test_a_pipe_with_a_name(folder: Path) -> None:
    os.mkfifo("pipe")
    code, _, said = shell("BINDERLINT --output json=pipe")
    assert code == 2
    assert "pipe cannot be written: No such device or address" in said, "it is not waited for a reader"
    code, out, _ = shell("cat pipe & exec 9<>pipe; BINDERLINT --output json=pipe; code=$?; exec 9>&-; wait; exit $code")
    assert code == 1
    assert json.loads(out)["version"] == 2


def test_a_full_disk_keeps_the_last_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("report.json").write_text("the last one")

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("binderlint.outside.whole.write_all", no_room)
    with pytest.raises(OutputError, match="No space left on device"):
        write_output("report.json", "text")
    assert Path("report.json").read_text() == "the last one"
    assert "report.json" in os.listdir()
    assert not [name for name in os.listdir() if name.startswith(".binderlint-")]


@pytest.mark.parametrize("number", [13, 1, 16])
def test_where_no_new_file_can_be_made_the_report_is_written_into_the_old_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    Path("report.json").write_text("the last one, and longer")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    write_output("report.json", "text")
    assert Path("report.json").read_text() == "text"


def test_before_a_run_a_file_is_only_looked_at(folder: Path) -> None:
    check_output("new.json")
    assert not Path("new.json").exists()
