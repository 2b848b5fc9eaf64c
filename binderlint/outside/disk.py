"""Disk: writes what the fixer changed: a file whole or not at all, a fix whole or not at all, and nothing outside the repository.

The new content of all files of a fix is first written to temporary files and flushed to the disk. Then files are renamed and replaced,
those that gain most first, and files that the fix removes go last. So at every moment each file is old or new, and what moves from one file
to another is in one of them; that is what a run leaves that is killed. What cannot be finished is taken back.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from binderlint.lint.diagnostic import Fix, Rename
from binderlint.outside.regular import read_regular
from binderlint.outside.whole import (
    TEMPORARY,
    RefusedError,
    changed_mode,
    flush_folder,
    lock,
    temporary_name,
    there,
    unlink,
    unlock,
    write_new,
)
from binderlint.outside.worktree import LARGEST
from binderlint.source import EXECUTABLE, SYMLINK, RepositoryError, Source
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from binderlint.outside.interrupts import Hold
    from binderlint.snapshot import Snapshot

# Seconds: how long another run may take that writes in the same folder.
_PATIENCE = 5.0
# Seconds: where folders cannot be locked, only a temporary file older than this is one that a killed run left.
_LONG_AGO = 24 * 60 * 60.0


class Change(NamedTuple):
    """What happens to one file: its source before and after, None where there is none. A file that moves has another path after."""

    before: Source | None
    after: Source | None

    @property
    def path(self) -> str:
        """Where the file ends up; for one that is removed, where it was."""
        source = self.after or self.before
        assert source
        return source.path

    @property
    def origin(self) -> str:
        """The path that a file leaves because it moves or is removed, `""` for all others."""
        if self.before and (self.after is None or self.after.path != self.before.path):
            return self.before.path
        return ""

    @property
    def rewrites(self) -> bool:
        """True when there is new content to write."""
        return self.after is not None and (self.before is None or self.before.data != self.after.data)

    @property
    def growth(self) -> int:
        """The bytes that the file gains."""
        return len(self.after.data if self.after else b"") - len(self.before.data if self.before else b"")


Part = tuple[Change, ...]
"""Changes that are made together or not at all."""


class Left(NamedTuple):
    """A change that was not made; `why` gives the reason and what to do, and follows a colon."""

    change: Change
    why: str


class Written(NamedTuple):
    """What a write did: the changes that are on the disk now, and those that are not."""

    done: Part = ()
    left: tuple[Left, ...] = ()

    def holds(self, fix: Fix) -> bool:
        """True when everything that a fix changes is on the disk."""
        missing = {path for left in self.left for path in (left.change.path, left.change.origin)}
        return not missing & _touched(fix)


# -- what is to be written


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """The paths that differ between two states of a repository, sorted."""
    paths = sorted({*before.sources, *after.sources})
    pairs = [Change(before.sources.get(path), after.sources.get(path)) for path in paths]
    return [change for change in pairs if change.before is not change.after and not _same(change)]


def _same(change: Change) -> bool:
    one, other = change
    return bool(one and other and one.mode == other.mode and one.data == other.data)


def parts(changed: Iterable[Change], fixes: Iterable[Fix] = ()) -> list[Part]:
    """The changes in the parts that belong together: those that one fix makes, or several that share a file.

    A file that a fix renames is in `changed` as one that goes and one that comes. In its part it is one change.
    """
    fixes = list(fixes)
    homes = _homes(fixes)
    found: dict[int, list[Change]] = {}
    for change in _with_moves(changed, fixes):
        found.setdefault(id(homes.get(change.path, change)), []).append(change)
    return [tuple(part) for part in found.values()]


def _touched(fix: Fix) -> set[str]:
    return {path for edit in fix.edits for path in ((edit.path, edit.to) if isinstance(edit, Rename) else (edit.path,))}


def _homes(fixes: Iterable[Fix]) -> dict[str, set[str]]:
    """For each path the paths that are changed together with it. Smaller sets are poured into the largest, so this stays linear."""
    homes: dict[str, set[str]] = {}
    for fix in fixes:
        sets = [_touched(fix)]
        sets += {id(homes[path]): homes[path] for path in sets[0] if path in homes}.values()
        largest = max(sets, key=len)
        for other in sets:
            if other is not largest:
                largest |= other
                homes.update(dict.fromkeys(other, largest))
        homes.update(dict.fromkeys(sets[0], largest))
    return homes


def _with_moves(changed: Iterable[Change], fixes: Iterable[Fix]) -> list[Change]:
    """The changes, those of a renamed file as one."""
    origins: dict[str, str] = {}
    for fix in fixes:
        for edit in fix.edits:
            if isinstance(edit, Rename):
                origins[edit.to] = origins.pop(edit.path, edit.path)
    found = {change.path: change for change in changed}
    for new, old in origins.items():
        comes, goes = found.get(new), found.get(old)
        if comes and goes and comes.before is None and goes.after is None:
            found[new] = Change(goes.before, comes.after)
            del found[old]
    return list(found.values())


# -- writing


def write(root: Path, wanted: Iterable[Part]) -> Written:
    """Bring changes to the disk, each part of them whole or not at all, and return what was done.

    Signals that stop a program wait until the part in hand is written and are raised then, as KeyboardInterrupt; `standing` tells what was
    done until then.
    """
    from binderlint.outside.interrupts import held

    done: list[Change] = []
    left: list[Left] = []
    with held() as hold:
        for part in wanted:
            hold.check()
            problems = _write_part(root, part, hold)
            missing = [problem.change for problem in problems]
            left += problems
            done += [change for change in part if change not in missing]
    return Written(tuple(done), tuple(left))


def standing(root: Path, wanted: Iterable[Part]) -> Written:
    """Which of the changes are on the disk, by looking there: what an interrupted write has done."""
    every = [change for part in wanted for change in part]
    done = tuple(change for change in every if _stands(root, change))
    return Written(done, tuple(Left(change, "binderlint was stopped before") for change in every if change not in done))


def clear(root: Path, folders: Iterable[str], tracked: Container[str]) -> list[str]:
    """Remove the temporary files that killed runs have left in folders of the repository, and return their paths.

    Removed is only a regular file with a name of binderlint's own that git does not track, while no other run writes in its folder.
    """
    found: list[str] = []
    for folder in sorted({"", *folders}):
        try:
            names = [name for name in os.listdir(root / folder) if TEMPORARY.fullmatch(name)]
        except OSError:
            continue
        litter = [path for name in names if (path := f"{folder}/{name}".lstrip("/")) not in tracked]
        if litter:
            found += _remove_litter(root, folder, litter)
    return found


def _remove_litter(root: Path, folder: str, litter: list[str]) -> Iterator[str]:
    """Remove temporary files that were there before the folder could be locked: the runs that made them have ended."""
    try:
        handle = lock(root / folder, 0)
    except OSError:
        return
    try:
        for path in litter:
            status = os.lstat(root / path)
            left_over = handle is not None or time.time() - status.st_mtime > _LONG_AGO
            if left_over and stat.S_ISREG(status.st_mode) and _inside(root, root / path):
                os.unlink(root / path)
                yield path
    except OSError:
        return
    finally:
        unlock(handle)


class _LeftError(Exception):
    """A change cannot be made; `why` gives the reason and what to do."""

    def __init__(self, change: Change, why: str) -> None:
        super().__init__(why)
        self.change = change
        self.why = why


def _write_part(root: Path, part: Part, hold: Hold) -> list[Left]:
    """Make the changes of a part, or none of them; what was left, and why."""
    work = _Work(root, part, hold)
    try:
        work.check()
        with _alone(root, part):
            work.do()
    except _LeftError as error:
        stuck = [change for change in part if work.undo and _stands(root, change)]
        names = ", ".join(change.path for change in stuck)
        why = error.why + (f". Written already, and impossible to take back: {names}" if stuck else "")
        mates = f"it belongs to the same fix as {error.change.path}"
        return [Left(change, why if change is error.change else mates) for change in part if change not in stuck]
    for change in part:
        if change.origin:
            _remove_empty((root / change.origin).parent, root)
    return []


class _Work:
    """A part while it is written: its temporary files, and the steps that take back what was done, of which some are left where that failed."""

    def __init__(self, root: Path, part: Part, hold: Hold) -> None:
        self.root = root
        self.part = part
        self.hold = hold
        self.temporary: list[Path] = []
        self.undo: list[Callable[[], None]] = []

    def check(self) -> None:
        """Raise _LeftError when one of the changes must not be made."""
        for change in self.part:
            with _about(change):
                _refuse(self.root, change)

    def do(self) -> None:
        """Make all changes. Raises _LeftError after taking back what can be."""
        try:
            staged = {change: self._stage(change) for change in self.part if change.rewrites}
            for change in sorted(self.part, key=lambda change: -change.growth):
                if change.after:
                    self._put(change, staged.get(change))
            if len(self.part) > 1:
                self._flush_folders()  # all that is new is on the disk before anything goes
            for change in self.part:
                if change.after is None:
                    self._take(change)
        except BaseException:
            self._take_back()
            raise
        finally:
            self._discard()

    def _stage(self, change: Change) -> Path:
        """Write the new content of a file to a temporary file."""
        with _about(change):
            self.hold.check()
            return self._fill(change, self.root / change.before.path if change.before else None)

    def _fill(self, change: Change, model: Path | None) -> Path:
        """A new temporary file with the content and mode after a change, like a model in all else, in the next folder that exists."""
        before, after = change
        assert after
        path = self._temporary(_existing(self.root, after.path))
        if before and model:
            mode = changed_mode(stat.S_IMODE(model.stat().st_mode), before.mode, after.mode)
        else:
            mode = 0o777 if after.mode == EXECUTABLE else 0o666
        write_new(path, after.data, mode, model)
        return path

    def _temporary(self, folder: Path) -> Path:
        self.temporary.append(folder / temporary_name())
        return self.temporary[-1]

    def _put(self, change: Change, staged: Path | None) -> None:
        """Give a file its place, its new content and its new mode."""
        before, after = change
        assert after
        target = self.root / after.path
        with _about(change):
            _refuse(self.root, change)  # once more: somebody may have written it meanwhile
            self._make_folders(target.parent)
            if before is None:
                assert staged
                self.undo.append(partial(_unclaim, staged, target))
                _claim(staged, target)
                return
            if change.origin:
                self.undo.append(partial(_move_back, self.root, before.path, after.path))
                _move(self.root, before.path, after.path)
            if staged:
                self.undo.append(partial(self._restore, target, before, after))
                os.replace(staged, target)
            elif before.mode != after.mode:
                mode = stat.S_IMODE(os.stat(target).st_mode)
                self.undo.append(partial(os.chmod, target, mode))
                os.chmod(target, changed_mode(mode, before.mode, after.mode))

    def _restore(self, target: Path, before: Source, after: Source) -> None:
        """Give a file its old content back, if it has the new one."""
        if read_regular(target, LARGEST) == after.data:
            old = Source(after.path, before.data, before.mode)
            os.replace(self._fill(Change(after, old), target), target)

    def _make_folders(self, folder: Path) -> None:
        missing = []
        while not there(folder):
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            self.undo.append(partial(_remove_folder, one))
            os.mkdir(one)

    def _flush_folders(self) -> None:
        kept = [change for change in self.part if change.after]
        for folder, change in {(self.root / change.path).parent: change for change in kept}.items():
            with _about(change):
                flush_folder(folder)

    def _take(self, change: Change) -> None:
        """Move a file that goes out of its place, so that it can still be put back. The end of the work removes it."""
        target = self.root / change.path
        with _about(change):
            _refuse(self.root, change)
            aside = self._temporary(target.parent)
            self.undo.append(partial(_put_back, aside, target))
            os.rename(target, aside)

    def _take_back(self) -> None:
        """Undo what was done, the last step first. Where a step fails, the rest stays as it is: all that is new is there then."""
        while self.undo:
            try:
                self.undo[-1]()
            except (OSError, RefusedError):
                return
            self.undo.pop()

    def _discard(self) -> None:
        try:
            for path in self.temporary:
                unlink(path)
        except KeyboardInterrupt:  # the second one: these names must go all the same
            for path in self.temporary:
                unlink(path)
            raise


@contextmanager
def _about(change: Change) -> Iterator[None]:
    """Say which change an error belongs to."""
    try:
        yield
    except OSError as error:
        raise _LeftError(change, _words(error)) from error
    except (RefusedError, RepositoryError) as error:
        raise _LeftError(change, str(error)) from error


def _words(error: OSError) -> str:
    """What went wrong and what to do."""
    reason = error.strerror or str(error)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"the disk is full ({reason}). Make room, then run binderlint again"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"writing is not allowed ({reason}). Allow it for the file and its folder, then run binderlint again"
        case errno.EEXIST:
            return "a file of that name is there already. Look at it, remove it or add it to git, then run binderlint again"
        case errno.ENOENT:
            return "it is not there any more. Run binderlint again"
        case errno.EAGAIN:
            return "another run of binderlint is writing in this folder. Run binderlint again when it has finished"
    return f"the system reports an error ({reason}). Run binderlint again when it is solved"


# -- what must not be written


def _refuse(root: Path, change: Change) -> None:
    """Raise RefusedError or OSError when a change must not be made to the files as they are now."""
    for path in filter(None, (change.path, change.origin)):
        if ".git" in path.lower().split("/"):
            raise RefusedError("it belongs to git")
        if os.path.isabs(path) or ".." in path.split("/") or not _inside(root, root / path):
            raise RefusedError("it lies outside the repository, where binderlint never writes")
    if change.before:
        _refuse_existing(root / change.before.path, change, change.before)
    if change.before is None or (change.after and change.origin):
        _refuse_taken(root / change.path, root / change.origin if change.origin else None)


def _refuse_existing(target: Path, change: Change, before: Source) -> None:
    status = os.lstat(target)
    kind = SYMLINK if stat.S_ISLNK(status.st_mode) else stat.S_IFMT(status.st_mode)
    if kind == SYMLINK and before.mode != SYMLINK:
        raise RefusedError("it is a symbolic link. Change the file that it leads to")
    if kind not in (SYMLINK, stat.S_IFREG) or (kind == SYMLINK and change.rewrites):
        raise RefusedError("it is not a regular file")
    if _content(target) != before.data:
        raise RefusedError("it changed while binderlint was running. Run binderlint again")
    if kind == SYMLINK or not (change.rewrites or change.after is None):
        return
    if not status.st_mode & 0o222:
        raise RefusedError(
            f"it is write-protected. Allow writing (`chmod u+w {shlex.quote(before.path)}`), then run binderlint again"
        )
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(target))
    if change.rewrites and status.st_nlink > 1:
        name = shlex.quote(before.path)
        raise RefusedError(
            "it has another name on this disk (a hard link), and only one of the two would change. "
            f"Separate them (`cp -p {name} copy && mv copy {name}`), then run binderlint again"
        )


def _refuse_taken(target: Path, origin: Path | None) -> None:
    """Raise FileExistsError for a name that is taken, unless by the file that is to get it."""
    if there(target) and not (origin and _one_name(origin, target)):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))


def _one_name(one: Path, other: Path) -> bool:
    """True for two names that differ in case only, on a file system where these are one name."""
    if one.name.lower() != other.name.lower() or not there(one) or not there(other):
        return False
    status = os.lstat(one)
    return (stat.S_ISDIR(status.st_mode) or status.st_nlink == 1) and os.path.samestat(status, os.lstat(other))


def _inside(root: Path, path: Path) -> bool:
    """True when the folder of a path below the root is the root or in it, links followed."""
    folder = root
    for part in path.relative_to(root).parts[:-1]:
        folder = folder / part
        if there(folder) and stat.S_ISLNK(os.lstat(folder).st_mode):
            return Path(os.path.realpath(path.parent)).is_relative_to(os.path.realpath(root))
    return True


def _stands(root: Path, change: Change) -> bool:
    """True when a file is as it is to be."""
    try:
        if change.after is None:
            return not there(root / change.path)
        return _content(root / change.path) == change.after.data
    except OSError:
        return False


def _content(path: Path) -> bytes:
    """What git stores of a file: the target of a link, the bytes of any other."""
    return os.fsencode(os.readlink(path)) if path.is_symlink() else read_regular(path, LARGEST)


# -- steps


def _claim(staged: Path, target: Path) -> None:
    """Give a temporary file a name that nobody must have taken. Raises FileExistsError."""
    try:
        os.link(staged, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        _refuse_taken(target, None)
        os.rename(staged, target)


def _unclaim(staged: Path, target: Path) -> None:
    """Remove a new file, if it is the one that was in a temporary file."""
    if there(target) and (not there(staged) or os.path.samestat(os.lstat(staged), os.lstat(target))):
        os.unlink(target)


def _move(root: Path, old: str, new: str) -> None:
    """Give a file another name, which must be free.

    Where names that differ in case only are one name, it gets the new one all the same, and so do the folders it is in.
    """
    folder = root
    for before, after in zip(old.split("/")[:-1], new.split("/")[:-1], strict=False):
        if before != after and _one_name(folder / before, folder / after):
            os.rename(folder / before, folder / after)
        folder = folder / after
    _refuse_taken(root / new, root / old)
    os.rename(root / old, root / new)


def _move_back(root: Path, old: str, new: str) -> None:
    """Give a file its old name back, if it has the new one."""
    before, now = root / old, root / new
    if there(now) and (not there(before) or _one_name(before, now)):
        _move(root, new, old)


def _put_back(aside: Path, target: Path) -> None:
    if there(aside):
        os.rename(aside, target)


def _remove_folder(folder: Path) -> None:
    try:
        os.rmdir(folder)
    except OSError:  # somebody has put something there
        return


def _remove_empty(folder: Path, root: Path) -> None:
    """Remove a folder that a fix has left empty, and those above it: git keeps none."""
    try:
        while folder != root and folder.is_dir() and not os.listdir(folder):
            os.rmdir(folder)
            folder = folder.parent
    except OSError:  # an empty folder does no harm
        return


def _existing(root: Path, path: str) -> Path:
    """The folder of a path, or the next one above it that exists."""
    folder = (root / path).parent
    while folder != root and folder.parent != folder and not folder.is_dir():
        folder = folder.parent
    return folder


@contextmanager
def _alone(root: Path, part: Part) -> Iterator[None]:
    """Keep other runs of binderlint out of the folders of a part. Raises _LeftError when another one takes too long."""
    handles: list[int | None] = []
    try:
        with _about(part[0]):
            named = {_existing(root, path) for change in part for path in (change.path, change.origin) if path}
            # one folder may have two names: by a link, or where names that differ in case only are one
            folders = {(status.st_dev, status.st_ino): folder for folder in named if (status := folder.stat())}
            for _, folder in sorted(folders.items()):
                handles.append(lock(folder, _PATIENCE))
        yield
    finally:
        for handle in handles:
            unlock(handle)
