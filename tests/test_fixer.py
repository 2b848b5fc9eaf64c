"""The fix loop: what is applied, what conflicts, what is taken back; what is written and what is refused."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from binderlint.diagnostic import (
    Applicability,
    Create,
    Diagnostic,
    Edit,
    Fix,
    Level,
    Rename,
    Replace,
    Severity,
)
from binderlint.fixer import PASSES, fix
from binderlint.outside.disk import changes, write
from binderlint.repository import Repository
from binderlint.rule import Rule
from binderlint.source import EXECUTABLE, REGULAR, SYMLINK, Source, Span


class Finder(Rule):
    """A rule for tests: it finds a word and offers an edit.

    Nothing else.
    """

    code = "TST001"
    severity = Severity.WARNING
    level = Level.LAUNCH
    examples = ()

    def __init__(
        self, word: str, edit: str, applicability: Applicability = Applicability.SAFE, code: str = "TST001"
    ) -> None:
        self.word, self.edit, self.applicability = word, edit, applicability
        self.code = code  # type: ignore[misc]

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for source in repo.sources.values():
            start = source.text.find(self.word)
            if start >= 0:
                edits: tuple[Edit, ...] = (Replace(source.path, Span(start, start + len(self.word)), self.edit),)
                yield self.at(source.place(start), f"found {self.word}", fix=Fix("t", edits, self.applicability))


def repo(**files: str) -> Repository:
    return Repository.from_dict(files, assume_binder=True)


def test_passes_follow_each_other() -> None:
    done = fix(repo(a="one"), rules=[Finder("one", "two"), Finder("two", "three", code="TST002")])
    assert done.repo.sources["a"].text == "three"
    assert [found.code for found in done.applied] == ["TST001", "TST002"]


def test_conflicting_fixes_take_turns() -> None:
    done = fix(repo(a="abcdef"), rules=[Finder("abcd", "X"), Finder("cdef", "Y", code="TST002")])
    assert done.repo.sources["a"].text == "Xef"


def test_a_cycle_ends() -> None:
    done = fix(repo(a="ping"), rules=[Finder("ping", "pong"), Finder("pong", "ping", code="TST002")])
    assert len(done.applied) <= 2


def test_an_endless_fix_ends() -> None:
    done = fix(repo(a="x"), rules=[Finder("x", "xx")])
    assert len(done.applied) == PASSES


def test_fixes_that_take_turns_are_not_endless() -> None:
    class Count(Finder):
        """A rule for tests: all of its fixes write at the start of the file.

        Nothing else.
        """

        def check(self, repo: Repository) -> Iterator[Diagnostic]:
            for found in super().check(repo):
                start = found.place.span.start
                word = Replace(found.path, Span(start, start + len(self.word)), "")
                yield found._replace(fix=Fix("t", (word, Replace(found.path, Span(0, 0), "+"))))

    words = [f"<{number}>" for number in range(25)]
    rules = [Count(word, "", code=f"TST{number}") for number, word in enumerate(words)]
    assert fix(repo(a=" " + "".join(words)), rules=rules).repo.sources["a"].text == "+" * 25 + " "


@pytest.mark.parametrize(("least", "expected"), [(Applicability.SAFE, "one"), (Applicability.UNSAFE, "two")])
def test_unsafe_fixes_are_asked_for(least: Applicability, expected: str) -> None:
    done = fix(repo(a="one"), applicability=least, rules=[Finder("one", "two", Applicability.UNSAFE)])
    assert done.repo.sources["a"].text == expected


def test_a_proposal_is_never_applied() -> None:
    assert not fix(
        repo(a="one"), applicability=Applicability.UNSAFE, rules=[Finder("one", "two", Applicability.DISPLAY)]
    ).applied


def test_a_fix_that_drops_a_comment_is_not_safe() -> None:
    assert not fix(repo(a="one # why"), rules=[Finder("one # why", "two")]).applied
    kept = fix(repo(a="one # why"), rules=[Finder("one # why", "two # why")])
    assert kept.repo.sources["a"].text == "two # why"


def test_a_fix_that_brings_an_error_is_taken_back() -> None:
    class Picky(Finder):
        """Another rule for tests.

        Nothing else.
        """

        severity = Severity.ERROR

    done = fix(repo(a="one", b="one"), rules=[Finder("one", "bad"), Picky("bad", "bad", code="TST003")])
    assert done.repo.sources["a"].text == "one"
    assert not done.applied
    assert all("TST003" in reason for _, reason in done.reverted) and done.reverted


def test_a_fix_that_breaks_the_build_is_taken_back() -> None:
    broken = Repository.from_dict({"environment.yml": "dependencies: [python=3.12]\n"}, assume_binder=True)
    done = fix(broken, rules=[Finder("]", "")])
    assert done.repo.sources["environment.yml"].text == "dependencies: [python=3.12]\n"
    assert "the build would fail" in done.reverted[0][1]


def test_a_script_that_would_fail_is_not_brought_to_run() -> None:
    script = "#!/bin/bash\nset -e\njupyter nbextension enable rise\n"
    files = {"environment.yml": "dependencies: [python=3.12]\n"}
    done = fix(Repository.from_dict({**files, "postbuild": script}, assume_binder=True))
    assert "postbuild" in done.repo.sources
    assert "postbuild-removed-jupyter-command" in done.reverted[0][1]
    fine = fix(Repository.from_dict({**files, "postbuild": "#!/bin/bash\nset -e\ntrue\n"}, assume_binder=True))
    assert "postBuild" in fine.repo.sources


def test_only_chosen_files_are_fixed() -> None:
    done = fix(repo(a="one", b="one"), rules=[Finder("one", "two")], paths={"b"})
    assert (done.repo.sources["a"].text, done.repo.sources["b"].text) == ("one", "two")


# -- writing


def on_disk(root: Path, **files: str) -> Repository:
    for name, text in files.items():
        (root / name).write_text(text)
    return Repository.from_folder(root)


def test_write_keeps_modes_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    before = on_disk(tmp_path, a="one", b="two")
    (tmp_path / "a").chmod(0o640)
    stamp = (tmp_path / "b").stat().st_mtime_ns
    after = before.apply([Replace("a", Span(0, 3), "ONE"), Create("s/start", b"x", EXECUTABLE)])
    assert write(tmp_path, changes(before, after)) == []
    assert (tmp_path / "a").read_text() == "ONE"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "s/start").stat().st_mode & 0o100
    assert (tmp_path / "b").stat().st_mtime_ns == stamp
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "s"], "no temporary file is left"


def test_write_refuses_what_changed_meanwhile(tmp_path: Path) -> None:
    before = on_disk(tmp_path, a="one")
    after = before.apply([Replace("a", Span(0, 3), "ONE")])
    (tmp_path / "a").write_text("mine")
    assert "changed while" in write(tmp_path, changes(before, after))[0]
    assert (tmp_path / "a").read_text() == "mine"


def test_write_refuses_to_overwrite_a_file_it_does_not_know(tmp_path: Path) -> None:
    before = Repository.from_dict({"a": "x"})
    (tmp_path / "new").write_text("mine")
    assert "already" in write(tmp_path, changes(before, before.apply([Create("new", b"ours")])))[0]
    assert (tmp_path / "new").read_text() == "mine"


def test_write_stays_inside_the_repository(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "binder").symlink_to("../outside")
    empty = Repository.from_dict({})
    problems = write(root, changes(empty, empty.apply([Create("binder/start", b"x"), Create("../outside/y", b"x")])))
    assert len(problems) == 2
    assert all("outside" in problem for problem in problems)
    assert not list((tmp_path / "outside").iterdir())


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("one")
    (tmp_path / "start").symlink_to("real")
    before = Repository.from_dict({"start": Source("start", b"one", REGULAR)})
    assert "symbolic link" in write(tmp_path, changes(before, before.apply([Replace("start", Span(0, 3), "two")])))[0]
    assert (tmp_path / "real").read_text() == "one"


def test_renames_that_change_the_case_only(tmp_path: Path) -> None:
    before = on_disk(tmp_path, postbuild="#!/bin/sh\n")
    after = before.apply([Rename("postbuild", "postBuild")])
    assert write(tmp_path, changes(before, after)) == []
    assert os.listdir(tmp_path) == ["postBuild"]


def test_a_folder_that_changes_its_case_only(tmp_path: Path) -> None:
    (tmp_path / "Binder").mkdir()
    (tmp_path / "Binder/start").write_text("#!/bin/sh\n")
    (tmp_path / "Binder/apt.txt").write_text("git\n")
    before = Repository.from_folder(tmp_path)
    after = before.apply([Rename("Binder/start", "binder/start"), Rename("Binder/apt.txt", "binder/apt.txt")])
    assert write(tmp_path, changes(before, after)) == []
    assert os.listdir(tmp_path) == ["binder"]
    assert sorted(os.listdir(tmp_path / "binder")) == ["apt.txt", "start"]


def test_a_folder_left_empty_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".dask").mkdir()
    (tmp_path / ".dask/config.yaml").write_text("{}\n")
    before = Repository.from_folder(tmp_path)
    after = before.apply([Rename(".dask/config.yaml", ".config/dask/config.yaml")])
    assert write(tmp_path, changes(before, after)) == []
    assert os.listdir(tmp_path) == [".config"]


def test_a_move_that_cannot_be_made_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / ".dask").mkdir()
    (tmp_path / ".dask/config.yaml").write_text("ours: 1\n")
    before = Repository.from_folder(tmp_path)
    after = before.apply([Rename(".dask/config.yaml", ".config/dask/config.yaml")])
    (tmp_path / ".config/dask").mkdir(parents=True)
    (tmp_path / ".config/dask/config.yaml").write_text("theirs: 1\n")
    problems = write(tmp_path, changes(before, after))
    assert [problem.partition(":")[0] for problem in problems] == [".config/dask/config.yaml", ".dask/config.yaml"]
    assert (tmp_path / ".dask/config.yaml").read_text() == "ours: 1\n"
    assert (tmp_path / ".config/dask/config.yaml").read_text() == "theirs: 1\n"


def test_the_index_of_git_is_left_alone(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    on_disk(tmp_path, a="x", postbuild="y")
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    index = (tmp_path / ".git/index").read_bytes()
    before = Repository.from_folder(tmp_path)
    after = before.apply([Rename("postbuild", "postBuild"), Create("new", b"z")])
    write(tmp_path, changes(before, after))
    assert (tmp_path / ".git/index").read_bytes() == index
    assert set(os.listdir(tmp_path)) == {".git", "a", "new", "postBuild"}


def test_links_are_not_followed_by_changes() -> None:
    before = Repository.from_dict({"l": Source("l", b"a", SYMLINK), "a": "x"})
    assert changes(before, before) == []
