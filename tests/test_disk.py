"""The writer: what is written, what is refused, what stays of a file, and two runs at once."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import pytest

from binderlint.lint.diagnostic import Create, Delete, Edit, Fix, Rename, Replace, SetMode
from binderlint.outside import disk, whole
from binderlint.outside.disk import Part, Written, changes, clear, parts, standing, write
from binderlint.outside.interrupts import Stopped, held
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, SYMLINK, Source, Span

ROOT = os.geteuid() == 0


def on_disk(root: Path, **files: str) -> Snapshot:
    for name, text in files.items():
        (root / name).write_text(text)
    return Snapshot.from_folder(root)


def planned(before: Snapshot, *fixes: Iterable[Edit]) -> list[Part]:
    """The parts that some fixes, each a list of edits, make."""
    made = [Fix("x", tuple(edits)) for edits in fixes]
    return parts(changes(before, before.apply([edit for fix in made for edit in fix.edits])), made)


def run(root: Path, before: Snapshot, *fixes: Iterable[Edit]) -> Written:
    return write(root, planned(before, *fixes))


def edits(*made: Edit) -> Sequence[Edit]:
    return list(made)


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


ONE = Replace("a", Span(0, 3), "ONE")


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    before = on_disk(tmp_path, a="one", b="two")
    stamp = (tmp_path / "b").stat()
    written = run(tmp_path, before, [ONE], [Create("s/start", b"x", EXECUTABLE)])
    assert [change.path for change in written.done] == ["a", "s/start"]
    assert not written.left
    assert (tmp_path / "a").read_text() == "ONE"
    assert (tmp_path / "s/start").stat().st_mode & 0o100
    assert (tmp_path / "b").stat() == stamp
    assert names(tmp_path) == ["a", "b", "s", "s/start"], "no temporary file is left"


# -- what stays of a file


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o700, 0o750, 0o755, 0o2755, 0o1644])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    on_disk(tmp_path, a="one")
    (tmp_path / "a").chmod(mode)
    mode = stat.S_IMODE((tmp_path / "a").stat().st_mode)  # a system may refuse some bits
    assert not run(tmp_path, Snapshot.from_folder(tmp_path), [ONE]).left
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


@pytest.mark.parametrize(
    ("mode", "git", "after"),
    [
        (0o640, EXECUTABLE, 0o750),
        (0o600, EXECUTABLE, 0o700),
        (0o644, EXECUTABLE, 0o755),
        (0o664, EXECUTABLE, 0o775),
        (0o604, EXECUTABLE, 0o705),
        (0o750, REGULAR, 0o640),
        (0o755, REGULAR, 0o644),
    ],
)
def test_the_executable_bit_goes_where_reading_is_allowed(tmp_path: Path, mode: int, git: int, after: int) -> None:
    on_disk(tmp_path, a="one", b="one")
    for name in "ab":
        (tmp_path / name).chmod(mode)
    before = Snapshot.from_folder(tmp_path)
    old = os.umask(0o002)
    try:
        written = run(tmp_path, before, [SetMode("a", git)], edits(SetMode("b", git), Replace("b", Span(0, 3), "two")))
    finally:
        os.umask(old)
    assert not written.left
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"] == [after, after]
    assert [(tmp_path / name).read_text() for name in "ab"] == ["one", "two"]


def test_the_umask_keeps_the_executable_bit_from_others(tmp_path: Path) -> None:
    on_disk(tmp_path, a="one")
    (tmp_path / "a").chmod(0o644)
    before = Snapshot.from_folder(tmp_path)
    old = os.umask(0o077)
    try:
        run(tmp_path, before, [SetMode("a", EXECUTABLE)], [Create("new", b"x")], [Create("start", b"x", EXECUTABLE)])
    finally:
        os.umask(old)
    found = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "new", "start")}
    assert found == {"a": 0o744, "new": 0o600, "start": 0o700}


def test_a_mode_that_git_does_not_know_of_stays(tmp_path: Path) -> None:
    """In a repository with core.fileMode=false, and where somebody has run chmod, index and disk differ."""
    on_disk(tmp_path, a="one")
    (tmp_path / "a").chmod(0o644)
    before = Snapshot.from_dict({"a": Source("a", b"one", EXECUTABLE)})
    assert not run(tmp_path, before, [ONE]).left
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


def test_a_renamed_file_stays_the_same_file(tmp_path: Path) -> None:
    on_disk(tmp_path, postbuild="true\n")
    (tmp_path / "postbuild").chmod(0o640)
    inode = (tmp_path / "postbuild").stat().st_ino
    before = Snapshot.from_folder(tmp_path)
    assert not run(tmp_path, before, [Rename("postbuild", "binder/postBuild")]).left
    status = (tmp_path / "binder/postBuild").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_ino) == (0o640, inode)
    assert names(tmp_path) == ["binder", "binder/postBuild"]


def test_a_link_is_renamed_as_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "postbuild").symlink_to("real")
    written = run(tmp_path, Snapshot.from_folder(tmp_path), [Rename("postbuild", "postBuild")])
    assert not written.left
    assert os.readlink(tmp_path / "postBuild") == "real"
    assert not os.path.lexists(tmp_path / "postbuild")


@pytest.mark.skipif(not ROOT, reason="only root can give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    on_disk(tmp_path, a="one", postbuild="true\n")
    for name in ("a", "postbuild"):
        os.chown(tmp_path / name, 65534, 65533)
        (tmp_path / name).chmod(0o6750)
    before = Snapshot.from_folder(tmp_path)
    rename = [Rename("postbuild", "postBuild"), Replace("postbuild", Span(0, 0), "#!/bin/sh\n")]
    assert not run(tmp_path, before, [ONE], rename).left
    for name in ("a", "postBuild"):
        status = (tmp_path / name).stat()
        assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (65534, 65533, 0o6750)


def test_an_owner_that_cannot_be_kept_is_a_reason_not_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = on_disk(tmp_path, a="one")

    class Foreign:
        """The status of a file that is another user's."""

        def __init__(self, status: os.stat_result) -> None:
            self.status = status

        def __getattr__(self, name: str) -> object:
            return self.status.st_uid + 1 if name == "st_uid" else getattr(self.status, name)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    seen = Path.stat
    monkeypatch.setattr(
        Path, "stat", lambda path, **how: Foreign(seen(path, **how)) if path.name == "a" else seen(path, **how)
    )
    monkeypatch.setattr(os, "chown", refuse)
    assert "it belongs to another user" in run(tmp_path, before, [ONE]).left[0].why
    assert (tmp_path / "a").read_text() == "one"
    assert names(tmp_path) == ["a"]


@pytest.mark.skipif(sys.platform != "linux", reason="Python knows extended attributes on Linux only")
def test_extended_attributes_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held in memory, since not every file system has them."""
    before = on_disk(tmp_path, a="one")
    kept: dict[int, dict[str, bytes]] = {(tmp_path / "a").stat().st_ino: {"user.x": b"1", "security.capability": b"2"}}

    def of(path: Path) -> dict[str, bytes]:
        return kept.setdefault(os.stat(path).st_ino, {"system.posix_acl_access": b"from the folder"})

    monkeypatch.setattr(os, "listxattr", lambda path: list(of(path)))
    monkeypatch.setattr(os, "getxattr", lambda path, name: of(path)[name])
    monkeypatch.setattr(os, "setxattr", lambda path, name, value: of(path).update({name: value}))
    monkeypatch.setattr(os, "removexattr", lambda path, name: of(path).pop(name))
    assert not run(tmp_path, before, [ONE]).left
    assert of(tmp_path / "a") == {"user.x": b"1"}, (
        "what the folder gives to new files goes, what the system sets is left to it"
    )


# -- what is refused


def test_what_changed_meanwhile_is_left(tmp_path: Path) -> None:
    before = on_disk(tmp_path, a="one", b="two")
    wanted = planned(before, [ONE], [Replace("b", Span(0, 3), "TWO")])
    (tmp_path / "a").write_text("mine")
    written = write(tmp_path, wanted)
    assert [change.path for change in written.done] == ["b"]
    assert [(left.change.path, left.why) for left in written.left] == [
        ("a", "it changed while binderlint was running. Run binderlint again")
    ]
    assert (tmp_path / "a").read_text() == "mine"


def test_what_changes_while_another_file_is_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = on_disk(tmp_path, a="one")
    wanted = planned(before, [ONE])

    def new(path: Path, *rest: object) -> None:
        whole.write_new(path, *rest)  # type: ignore[arg-type]
        (tmp_path / "a").write_text("mine")

    monkeypatch.setattr(disk, "write_new", new)
    assert "changed while" in write(tmp_path, wanted).left[0].why
    assert (tmp_path / "a").read_text() == "mine"
    assert names(tmp_path) == ["a"]


def test_a_name_that_is_taken(tmp_path: Path) -> None:
    before = Snapshot.from_dict({"a": "x"})
    (tmp_path / "new").write_text("mine")
    assert "there already" in run(tmp_path, before, [Create("new", b"ours")]).left[0].why
    assert (tmp_path / "new").read_text() == "mine"
    (tmp_path / "dangling").symlink_to("nowhere")
    assert "there already" in run(tmp_path, before, [Create("dangling", b"ours")]).left[0].why
    assert not (tmp_path / "nowhere").exists()


def test_a_name_that_is_taken_at_the_last_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_refuse_taken", lambda *_: (tmp_path / "new").write_text("mine"))
    assert "there already" in run(tmp_path, Snapshot.from_dict({}), [Create("new", b"ours")]).left[0].why
    assert (tmp_path / "new").read_text() == "mine"


def test_nothing_outside_the_repository(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    root = tmp_path / "root"
    (root / ".git/hooks").mkdir(parents=True)
    (root / "binder").symlink_to("../outside")
    empty = Snapshot.from_dict({})
    paths = ["binder/start", "../outside/y", str(tmp_path / "outside/z"), ".git/hooks/post-checkout", "sub/.GIT/config"]
    written = run(root, empty, *([Create(path, b"x")] for path in paths))
    assert [left.change.path for left in written.left] == sorted(paths)
    assert {left.why.partition(",")[0] for left in written.left} == {
        "it lies outside the repository",
        "it belongs to git",
    }
    assert not list((tmp_path / "outside").iterdir())
    assert names(root) == [".git", ".git/hooks", "binder"]


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("one")
    (tmp_path / "a").symlink_to("real")
    assert "symbolic link" in run(tmp_path, Snapshot.from_dict({"a": "one"}), [ONE]).left[0].why
    assert (tmp_path / "real").read_text() == "one"


def test_a_special_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    assert "not a regular file" in run(tmp_path, Snapshot.from_dict({"a": "one"}), [ONE]).left[0].why


def test_a_file_with_two_names(tmp_path: Path) -> None:
    on_disk(tmp_path, a="one")
    os.link(tmp_path / "a", tmp_path / "twin")
    before = Snapshot.from_folder(tmp_path)
    assert "hard link" in run(tmp_path, before, [ONE]).left[0].why
    assert (tmp_path / "a").samefile(tmp_path / "twin")
    assert not run(tmp_path, before, [Rename("a", "b")]).left, "a new name is no new content"
    assert (tmp_path / "b").samefile(tmp_path / "twin")


def test_a_write_protected_file(tmp_path: Path) -> None:
    on_disk(tmp_path, a="one", b="x")
    (tmp_path / "a").chmod(0o444)
    before = Snapshot.from_folder(tmp_path)
    for edit in (ONE, Delete("a")):
        assert "`chmod u+w a`" in run(tmp_path, before, [edit]).left[0].why
    assert (tmp_path / "a").read_text() == "one"


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    before = Snapshot.from_dict({"a": "one", "b": "x"})
    written = run(tmp_path, before, [ONE], [Delete("b")], [Create("c/d", b"")])
    assert [(left.change.path, left.why) for left in written.left] == [
        ("a", "it is not there any more. Run binderlint again"),
        ("b", "it is not there any more. Run binderlint again"),
    ]


def test_a_folder_in_the_place_of_a_file_and_the_reverse(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "binder").write_text("a file")
    written = run(tmp_path, Snapshot.from_dict({"a": "one"}), [ONE], [Create("binder/start", b"x")])
    assert [left.change.path for left in written.left] == ["a", "binder/start"]
    assert names(tmp_path) == ["a", "binder"]


# -- moves


def test_renames_that_change_the_case_only(tmp_path: Path) -> None:
    before = on_disk(tmp_path, postbuild="#!/bin/sh\n")
    assert not run(tmp_path, before, [Rename("postbuild", "postBuild")]).left
    assert os.listdir(tmp_path) == ["postBuild"]


def test_a_folder_that_changes_its_case_only(tmp_path: Path) -> None:
    (tmp_path / "Binder").mkdir()
    on_disk(tmp_path, **{"Binder/start": "#!/bin/sh\n", "Binder/apt.txt": "git\n"})
    before = Snapshot.from_folder(tmp_path)
    moves = [Rename("Binder/start", "binder/start"), Rename("Binder/apt.txt", "binder/apt.txt")]
    assert not run(tmp_path, before, moves).left
    assert names(tmp_path) == ["binder", "binder/apt.txt", "binder/start"]


def test_a_folder_with_two_names(tmp_path: Path) -> None:
    """Locked once, since a lock keeps out the run itself, too."""
    (tmp_path / ".binder").mkdir()
    (tmp_path / "binder").symlink_to(".binder")
    wanted: list[Edit] = [Create("binder/start", b"x"), Create(".binder/apt.txt", b"x")]
    assert not run(tmp_path, Snapshot.from_dict({}), wanted).left
    assert sorted(os.listdir(tmp_path / ".binder")) == ["apt.txt", "start"]


@pytest.fixture
def ignores_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system on which names that differ in case only are one name: every call looks for the name that is there first."""

    def actual(path: str | Path) -> Path:
        path = Path(path)
        if path == path.parent:
            return path
        folder = actual(path.parent)
        if os.path.isdir(folder):
            for name in os.listdir(folder):
                if name.lower() == path.name.lower():
                    return folder / name
        return folder / path.name

    def first(real: Callable[..., object], path: str | Path, *rest: object, **named: object) -> object:
        return real(actual(path), *rest, **named)

    def both(real: Callable[..., object], old: str | Path, new: str | Path) -> object:
        place = Path(new)
        return real(actual(old), actual(place.parent) / place.name if real is rename else actual(place))

    rename = os.rename
    for name in ("open", "access", "chmod", "listxattr", "getxattr", "unlink", "lstat", "stat"):
        if hasattr(os, name):
            monkeypatch.setattr(os, name, partial(first, getattr(os, name)))
    for name in ("rename", "replace"):
        monkeypatch.setattr(os, name, partial(both, getattr(os, name)))
    monkeypatch.setattr(Path, "read_bytes", lambda path: actual(path).open("rb").read())
    monkeypatch.setattr(Path, "stat", lambda path, **_: os.stat(path))


@pytest.mark.usefixtures("ignores_case")
@pytest.mark.parametrize("edit", [False, True])
def test_where_case_does_not_count(tmp_path: Path, edit: bool) -> None:
    (tmp_path / "Binder").mkdir()
    before = on_disk(tmp_path, **{"Binder/postbuild": "one\n", "Binder/apt.txt": "git\n", "b": "x"})
    moves: list[Edit] = [Rename("Binder/postbuild", "binder/postBuild"), Rename("Binder/apt.txt", "binder/apt.txt")]
    if edit:
        moves.append(Replace("Binder/postbuild", Span(0, 3), "two"))
    assert not run(tmp_path, before, moves).left
    assert names(tmp_path) == ["b", "binder", "binder/apt.txt", "binder/postBuild"]
    assert (tmp_path / "binder/postBuild").read_text() == ("two\n" if edit else "one\n")
    taken = run(tmp_path, before, [Create("B", b"")]).left
    assert "there already" in taken[0].why


def test_a_folder_left_empty_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".dask").mkdir()
    before = on_disk(tmp_path, **{".dask/config.yaml": "{}\n"})
    assert not run(tmp_path, before, [Rename(".dask/config.yaml", ".config/dask/config.yaml")]).left
    assert names(tmp_path) == [".config", ".config/dask", ".config/dask/config.yaml"]


def test_a_move_that_cannot_be_made_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / ".dask").mkdir()
    before = on_disk(tmp_path, **{".dask/config.yaml": "ours: 1\n"})
    wanted = planned(before, [Rename(".dask/config.yaml", ".config/dask/config.yaml")])
    (tmp_path / ".config/dask").mkdir(parents=True)
    (tmp_path / ".config/dask/config.yaml").write_text("theirs: 1\n")
    assert [left.change.path for left in write(tmp_path, wanted).left] == [".config/dask/config.yaml"]
    assert (tmp_path / ".dask/config.yaml").read_text() == "ours: 1\n"
    assert (tmp_path / ".config/dask/config.yaml").read_text() == "theirs: 1\n"


def test_a_chain_of_renames(tmp_path: Path) -> None:
    before = on_disk(tmp_path, a="1", b="2")
    moved = before.apply([Rename("b", "c")]).apply([Rename("a", "b")])
    fixes = [Fix("x", (Rename("b", "c"),)), Fix("y", (Rename("a", "b"),))]
    assert not write(tmp_path, parts(changes(before, moved), fixes)).left
    assert {name: (tmp_path / name).read_text() for name in names(tmp_path)} == {"b": "1", "c": "2"}


# -- all of a fix or nothing


def test_changes_of_one_fix_are_one_part() -> None:
    before = Snapshot.from_dict({"a": "one", "b": "one", "c": "one", "d": "one", "postbuild": "x"})
    wanted = planned(
        before,
        [Replace("a", Span(0, 3), "A"), Replace("b", Span(0, 3), "B")],
        [Replace("c", Span(0, 3), "C")],
        [Replace("b", Span(3, 3), "B"), Replace("d", Span(0, 3), "D")],
        [Rename("postbuild", "postBuild")],
    )
    assert [[change.path for change in part] for part in wanted] == [["a", "b", "d"], ["c"], ["postBuild"]]
    assert wanted[2][0].origin == "postbuild"


def test_ten_thousand_fixes_of_one_file_and_of_as_many() -> None:
    fixes = [Fix("x", (Replace("a", Span(0, 0), ""), Replace(f"f{n}", Span(0, 0), ""))) for n in range(10_000)]
    apart = [Fix("x", (Replace(f"g{n}", Span(0, 0), ""),)) for n in range(10_000)]
    sources = {name: Source(name, b"x") for name in ["a", *(f"{kind}{n}" for kind in "fg" for n in range(10_000))]}
    changed = [disk.Change(source, Source(name, b"y")) for name, source in sources.items()]
    assert sorted(len(part) for part in parts(changed, [*fixes, *apart])) == [*[1] * 10_000, 10_001]


def test_a_fix_of_several_files_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    before = on_disk(tmp_path, start="wget x\nexec\n", postBuild="make\n", other="one")
    move = edits(Replace("start", Span(0, 7), ""), Replace("postBuild", Span(5, 5), "wget x\n"), Create("log", b""))
    wanted = planned(before, move, [Replace("other", Span(0, 3), "two")])
    (tmp_path / "start").write_text("mine")
    written = write(tmp_path, wanted)
    assert [change.path for change in written.done] == ["other"]
    assert [(left.change.path, left.why.partition(".")[0]) for left in written.left] == [
        ("log", "it belongs to the same fix as start"),
        ("postBuild", "it belongs to the same fix as start"),
        ("start", "it changed while binderlint was running"),
    ]
    assert (tmp_path / "postBuild").read_text() == "make\n"
    assert names(tmp_path) == ["other", "postBuild", "start"]
    assert not written.holds(Fix("x", tuple(move)))
    assert written.holds(Fix("x", (Replace("other", Span(0, 3), "two"),)))


def test_what_gains_text_is_written_before_what_loses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = on_disk(tmp_path, start="wget x\nexec\n", postBuild="make\n", old="o")
    steps: list[str] = []

    def watched(real: Callable[[Path, Path], None], old: Path, new: Path) -> None:
        steps.append(new.name)
        real(old, new)

    for name in ("replace", "rename", "link"):
        monkeypatch.setattr(os, name, partial(watched, getattr(os, name)))
    made = edits(
        Replace("start", Span(0, 7), ""),
        Replace("postBuild", Span(5, 5), "wget x\n"),
        Delete("old"),
        Create("new", b"1"),
    )
    assert not run(tmp_path, before, made).left
    assert steps[:3] == ["postBuild", "new", "start"]
    assert steps[3].startswith(".binderlint-"), "what goes is put aside last"


# -- signals


def test_a_signal_waits_until_a_part_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = on_disk(tmp_path, a="one", b="two")
    wanted = planned(before, [ONE, Create("new", b"")], [Replace("b", Span(0, 3), "TWO")])
    real = os.replace

    def stopped(old: str, new: str) -> None:
        real(old, new)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(Stopped) as stop:
        write(tmp_path, wanted)
    assert stop.value.number == signal.SIGINT
    assert [change.path for change in standing(tmp_path, wanted).done] == ["a", "new"]
    assert names(tmp_path) == ["a", "b", "new"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_before_anything_is_put_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = on_disk(tmp_path, a="one", b="two")
    wanted = planned(before, [ONE, Replace("b", Span(0, 3), "TWO")])
    real = os.fsync

    def stopped(handle: int) -> None:
        real(handle)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(Stopped) as stop:
        write(tmp_path, wanted)
    assert stop.value.number == signal.SIGTERM
    assert not standing(tmp_path, wanted).done
    assert names(tmp_path) == ["a", "b"]


def twice() -> None:
    with held():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Stopped):
            signal.raise_signal(signal.SIGINT)


def test_a_second_signal_does_not_wait() -> None:
    with pytest.raises(Stopped):
        twice()


def test_signals_that_are_ignored_stay_ignored() -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with held() as hold:
            signal.raise_signal(signal.SIGHUP)
            assert hold.number == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_may_write(tmp_path: Path) -> None:
    before = on_disk(tmp_path, a="one")
    thread = threading.Thread(target=run, args=(tmp_path, before, [ONE]))
    thread.start()
    thread.join()
    assert (tmp_path / "a").read_text() == "ONE"


# -- what a killed run leaves, and two runs at once

LITTER = ".binderlint-0123456789abcdef.tmp"


def test_what_a_killed_run_has_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    mine = ["sub/mine.tmp", ".binderlint-mine.tmp", ".binderlint-0123456789ABCDEF.tmp", ".binderlint.toml"]
    for name in [LITTER, f"sub/{LITTER}", *mine]:
        (tmp_path / name).write_text("x")
    assert clear(tmp_path, ["sub", "gone"], set()) == [LITTER, f"sub/{LITTER}"]
    assert names(tmp_path) == sorted(["sub", *mine])


def test_what_git_tracks_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / LITTER).write_text("x")
    assert clear(tmp_path, [], {LITTER}) == []
    assert names(tmp_path) == [LITTER]


def test_links_and_folders_of_that_name_are_not_removed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / LITTER).write_text("x")
    (root / "out").symlink_to(outside)
    (root / LITTER).symlink_to(outside / LITTER)
    (root / ".binderlint-0000000000000000.tmp").mkdir()
    assert clear(root, ["out"], set()) == []
    assert (outside / LITTER).exists()
    assert os.path.lexists(root / LITTER)


LOCKED = "import sys, fcntl, os; h = os.open(sys.argv[1], os.O_RDONLY); fcntl.flock(h, fcntl.LOCK_EX); print(flush=True); input()"


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked on Windows")
def test_files_of_a_run_that_is_still_writing_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = on_disk(tmp_path, a="one")
    (tmp_path / LITTER).write_text("x")
    other = subprocess.Popen(
        [sys.executable, "-c", LOCKED, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdin and other.stdout
    other.stdout.readline()
    assert clear(tmp_path, [], set()) == []
    monkeypatch.setattr(disk, "_PATIENCE", 0.0)
    assert "another run of binderlint" in run(tmp_path, before, [ONE]).left[0].why
    other.kill()
    other.wait()
    assert clear(tmp_path, [], set()) == [LITTER]
    assert not run(tmp_path, before, [ONE]).left


@pytest.mark.parametrize("age", [0.0, 2 * 24 * 3600.0])
def test_without_locks_only_what_is_old_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float) -> None:
    monkeypatch.setattr(disk, "lock", lambda *_: None)
    (tmp_path / LITTER).write_text("x")
    stamp = (tmp_path / LITTER).stat().st_mtime - age
    os.utime(tmp_path / LITTER, (stamp, stamp))
    assert clear(tmp_path, [], set()) == ([LITTER] if age else [])
    assert not run(tmp_path, on_disk(tmp_path, a="one"), [ONE]).left


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert not run(tmp_path, Snapshot.from_dict({}), [Create("binder/new", b"x")]).left
    assert names(tmp_path) == ["binder", "binder/new"]


# -- git


def test_the_index_is_left_alone(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    on_disk(tmp_path, a="x", postbuild="y")
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    index = (tmp_path / ".git/index").read_bytes()
    before = Snapshot.from_folder(tmp_path)
    assert not run(tmp_path, before, [Rename("postbuild", "postBuild")], [Create("new", b"z")]).left
    assert (tmp_path / ".git/index").read_bytes() == index
    again = Snapshot.from_folder(tmp_path)
    assert set(again.sources) == {"a"}
    assert set(again.untracked) == {"new", "postBuild"}, "as Binder would see it"


def test_a_link_is_no_file_to_compare(tmp_path: Path) -> None:
    before = Snapshot.from_dict({"l": Source("l", b"a", SYMLINK), "a": "x"})
    assert changes(before, before) == []
