"""What is left when the writer is killed, interrupted, or fails at any call to the file system: each file old or new, nothing lost, no litter, nothing called fixed that is not."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import pytest

from binderlint.cli import main
from binderlint.lint.diagnostic import Create, Delete, Fix, Rename, Replace, SetMode
from binderlint.outside import disk
from binderlint.outside.disk import Part, Written, changes, clear, parts, standing, write
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, Span
from tests.faults import CHANGING, CTRL_C, KILL, Calls, Fault, injected

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and kill")

DOWNLOAD = "wget https://data.example.org/a.zip\n"
OLD = {
    "README.md": "a badge\n",
    "environment.yml": "channels: [defaults]\n",
    "start": f'#!/bin/bash\n{DOWNLOAD}exec "$@"\n',
    "postBuild": "#!/bin/bash\nmake\n",
    "postinstall": "true\n",
    "Binder/apt.txt": "git\n",
    "copy/environment.yaml": "channels: [defaults]\n",
    "run": "#!/bin/sh\n",
    "other/setup": "pip install x\n",
}
FIXES = (
    Fix("edits a file", (Replace("README.md", Span(0, 1), "the"),)),
    Fix("moves a line", (Replace("start", Span(12, 12 + len(DOWNLOAD)), ""), Replace("postBuild", Span(17, 17), DOWNLOAD))),
    Fix("renames a file", (Rename("Binder/apt.txt", "binder/apt.txt"),)),
    Fix("renames and edits", (Rename("postinstall", "binder/postInstall"), Replace("postinstall", Span(0, 4), "false"))),
    Fix("removes a file for an edit", (Replace("environment.yml", Span(11, 19), "a"), Delete("copy/environment.yaml"))),
    Fix("changes a mode", (SetMode("run", EXECUTABLE),)),
    Fix("makes a file of another", (Create("new/folder/requirements.txt", b"x\n"), Delete("other/setup"))),
)  # fmt: skip

States = dict[str, bytes | None]


class Case:
    """A repository on the disk, what is to be written, and what may be found of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in OLD.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        self.before = Snapshot.from_folder(root)
        self.after = self.before.apply([edit for fix in FIXES for edit in fix.edits])
        self.wanted = parts(changes(self.before, self.after), FIXES)
        self.old: States = {path: source.data for path, source in self.before.sources.items()}
        self.new: States = {path: source.data for path, source in self.after.sources.items()}

    def found(self) -> States:
        """All files that are there, the temporary ones too."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.root.rglob("*") if path.is_file()
        }

    def litter(self) -> list[str]:
        return [path for path in self.found() if Path(path).name.startswith(".binderlint-")]

    def folders(self) -> set[str]:
        return {os.path.dirname(path) for path in {*self.old, *self.new}}

    def check_files(self) -> None:
        """Each file is old or new, and nothing is lost."""
        found = {path: data for path, data in self.found().items() if path not in self.litter()}
        allowed = {path: {self.old.get(path), self.new.get(path)} for path in {*self.old, *self.new}}
        allowed["binder/postInstall"].add(self.old["postinstall"])  # renamed, and edited the next moment
        assert set(found) <= set(allowed), "no other files"
        for path, states in allowed.items():
            assert found.get(path) in states, path
        everything = b"".join(data or b"" for data in found.values()).decode()
        assert DOWNLOAD in everything, "what moves from a file to another one is in one of them"
        assert "git\n" in everything
        assert "true\n" in everything or "false\n" in everything
        for gone, heir in (
            ("copy/environment.yaml", "environment.yml"),
            ("other/setup", "new/folder/requirements.txt"),
        ):
            assert gone in found or found.get(heir) == self.new[heir], "what goes, goes when all that is new is there"
        mode = os.stat(self.root / "run").st_mode & 0o777
        assert mode in (0o644, 0o755)

    def check_told(self, written: Written) -> None:
        """What is called written is on the disk, what is called left is not."""
        found = self.found()
        every = {change.path for part in self.wanted for change in part}
        done, left = (
            {change.path for change in changes} for changes in (written.done, [one.change for one in written.left])
        )
        assert done | left == every
        assert not done & left
        for path in every - {"run"}:
            assert (found.get(path) == self.new.get(path)) == (path in done), path
        for fix in FIXES:
            touched = {edit.to if isinstance(edit, Rename) else edit.path for edit in fix.edits} - {"postinstall"}
            assert written.holds(fix) == (touched <= done), fix.title

    def check_whole(self, written: Written) -> None:
        """No fix is written in part."""
        done = {change.path for change in written.done}
        for part in self.wanted:
            assert len({change.path in done for change in part}) == 1, part


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Case]:
    monkeypatch.setattr(disk, "_PATIENCE", 0.0)

    def make(number: int) -> Case:
        (tmp_path / str(number)).mkdir()
        return Case(tmp_path / str(number))

    return make


def counted(case: Callable[[int], Case]) -> list[str]:
    """The calls that a run without a fault makes."""
    one = case(0)
    with injected(None) as calls:
        written = write(one.root, one.wanted)
    assert not written.left
    assert one.found() == one.new
    one.check_told(written)
    kinds = {
        "open",
        "write",
        "fsync",
        "link",
        "rename",
        "replace",
        "unlink",
        "mkdir",
        "rmdir",
        "chmod",
        "lstat",
        "close",
    }
    assert kinds <= set(calls.names)
    return calls.names


ERRORS = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO)


def faults(calls: list[str], marks: Sequence[str | int], *, lasting: bool = False) -> Iterator[tuple[int, Fault]]:
    """Faults at all calls, before and after them; in turns, and some only at calls that change something, where not all are wanted."""
    kinds = [(what, after) for what in marks for after in ((False,) if lasting else (False, True))]
    if os.environ.get("BINDERLINT_FAULTS") == "all":
        chosen = [(at, kind) for at in range(1, len(calls) + 1) for kind in kinds]
    else:
        sparse = lasting or KILL in marks
        numbers = [at for at, name in enumerate(calls, 1) if not sparse or name in (*CHANGING, "open")]
        chosen = [(at, kinds[turn % len(kinds)]) for turn, at in enumerate(numbers)]
    return enumerate((Fault(at, what, after, lasting) for at, (what, after) in chosen), 1)


@contextmanager
def told(fault: Fault, calls: Calls | None = None) -> Iterator[None]:
    """Say which fault it was that something did not hold after."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{fault}: {calls.struck if calls else ''}: {error}") from error


def test_an_error_at_any_call(case: Callable[[int], Case]) -> None:
    for number, fault in faults(counted(case), ERRORS):
        one = case(number)
        with injected(fault) as calls:
            written = write(one.root, one.wanted)
        with told(fault, calls):
            assert calls.struck
            one.check_files()
            one.check_told(written)
            one.check_whole(written)
            assert not one.litter()


def test_an_error_that_lasts(case: Callable[[int], Case]) -> None:
    for number, fault in faults(counted(case), ERRORS, lasting=True):
        one = case(number)
        with injected(fault) as calls:
            written = write(one.root, one.wanted)
        with told(fault, calls):
            one.check_files()
            one.check_told(written)
            clear(one.root, one.folders(), ())
            assert not one.litter(), "what could not be removed is removed by the next run"


def test_ctrl_c_at_any_call(case: Callable[[int], Case]) -> None:
    """An interruption that does not wait, as the second Ctrl-C."""
    for number, fault in faults(counted(case), (CTRL_C,)):
        one = case(number)
        with injected(fault) as calls, pytest.raises(KeyboardInterrupt):
            write(one.root, one.wanted)
        with told(fault, calls):
            one.check_files()
            one.check_told(standing(one.root, one.wanted))
            assert not one.litter()


def test_kill_at_any_call(case: Callable[[int], Case]) -> None:
    for number, fault in faults(counted(case), (KILL,)):
        one = case(number)
        child = os.fork()
        if not child:
            with injected(fault):
                write(one.root, one.wanted)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        with told(fault):
            one.check_files()
            clear(one.root, one.folders(), ())
            assert not one.litter()
            one.check_files()
            finish(one)


REPOSITORY = {
    "README.md": "[![Binder](http://mybinder.org/badge.svg)](http://beta.mybinder.org/v2/gh/o/r/main)\n",
    "environment.yml": "channels: [defaults]\ndependencies: [numpy=1.26.4]\nprefix: /home/x\n",
    "environment.yaml": "channels: [defaults]\ndependencies: [numpy=1.26.4]\nprefix: /home/x\n",
    "postbuild": "make data\n",
    "start": '#!/bin/bash\r\nexport A=1\r\nexec "$@"\r\n',
    "apt.txt": "libgl1-mesa-glx\n",
}


def problems(told: str) -> set[tuple[str, str]]:
    """The code and the file of what a report lists."""
    return {(found["code"], found["path"]) for found in json.loads(told)["diagnostics"]}


def test_what_the_command_says_is_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fixed is what the next run does not find any more, and the report is that of the next run."""
    monkeypatch.setattr(disk, "_PATIENCE", 0.0)
    folder = tmp_path / "repository"
    counting: list[str] = []

    def run(fault: Fault | None) -> tuple[int, str, str, str]:
        """Exit code, report and messages of a `--fix` with a fault, and the report of the next run."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, text in REPOSITORY.items():
            (folder / name).write_bytes(text.encode())
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        subprocess.run(["git", "add", "-A"], cwd=folder, check=True)

        def faulty(root: Path, wanted: list[Part]) -> Written:
            with injected(fault) as calls:
                try:
                    return write(root, wanted)
                finally:
                    counting[:] = calls.names

        monkeypatch.setattr(disk, "write", faulty)
        arguments = [str(folder), "--output", "json"]
        code = main([*arguments, "--fix", "--unsafe-fixes"])
        report = capsys.readouterr()
        assert main(arguments) in (0, 1)
        return code, report.out, report.err, capsys.readouterr().out

    whole, report, said, after = run(None)
    assert (whole, report) == (1, after)
    assert "error: " not in said
    fixes = said.count("Fixed ")
    done = {path.name for path in folder.iterdir() if path.is_file()}
    assert done == {*REPOSITORY, "postBuild", ".gitattributes"} - {"postbuild", "environment.yaml"}
    every = os.environ.get("BINDERLINT_FAULTS") == "all"
    turn = cycle([(errno.ENOSPC, False), (errno.EROFS, True), (CTRL_C, True), (errno.EIO, False), (CTRL_C, False)])
    for at in range(1, len(counting) + 1, 1 if every else 13):
        what, after_it = next(turn)
        code, report, said, after = run(Fault(at, what, after_it))
        fixed = set(re.findall(r"^Fixed .*repository/(\S+): .* \((\w+) ", said, re.MULTILINE))
        assert not {(code, path) for path, code in fixed} & problems(after), said
        if what == CTRL_C:
            assert (code, report) == (130, "")
            assert said.count("binderlint was stopped before") or len(fixed) == fixes
        else:
            assert report == after
            assert code == (2 if "binderlint: error: " in said else whole)
            assert said.count("Fixed ") == fixes or code == 2


def finish(one: Case) -> None:
    """What was not done can be done then: what is left of a fix is nobody's obstacle."""
    now = Snapshot.from_folder(one.root)
    left = changes(now, one.after)
    moves = [edit for fix in FIXES for edit in fix.edits if isinstance(edit, Rename) and edit.path in now.sources]
    assert not write(one.root, parts(left, [Fix("the rest", tuple(moves))])).left
    assert {path: data for path, data in one.found().items() if data} == one.new
