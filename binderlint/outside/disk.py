"""Disk: writes what the fixer changed: atomically, inside the repository only, and never over a file that changed meanwhile."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from binderlint.source import EXECUTABLE, Source

if TYPE_CHECKING:
    from binderlint.repository import Repository


class Change(NamedTuple):
    """What happens to one path: its source before and after, None where there is none."""

    before: Source | None
    after: Source | None

    @property
    def path(self) -> str:
        source = self.after or self.before
        assert source
        return source.path


def changes(before: Repository, after: Repository) -> list[Change]:
    """The paths that differ between two states of a repository, sorted."""
    paths = sorted({*before.sources, *after.sources})
    pairs = [Change(before.sources.get(path), after.sources.get(path)) for path in paths]
    return [change for change in pairs if change.before is not change.after and not _same(change)]


def _same(change: Change) -> bool:
    one, other = change
    return bool(one and other and one.mode == other.mode and one.data == other.data)


def write(root: Path, changed: list[Change]) -> list[str]:
    """Bring changes to disk, and return what was left alone and why.

    A file is left alone when it lies outside the repository, or when it is no longer what it was when it was read. Nothing is
    removed before all that is new stands on the disk, so a move that cannot be made loses nothing. git's index is left alone.
    """
    gone = [change for change in changed if change.after is None]
    written = [change for change in changed if change.after]
    renamed = _case_renames(gone, written)
    origins = {new: old for old, new in renamed.items()}
    problems = [problem for change in written if (problem := _put(root, change, origins.get(change.path, "")))]
    kept = "the file that takes its place could not be written" if problems else ""
    problems += [problem for change in gone if change.path not in renamed if (problem := _take(root, change, kept))]
    return problems


def _put(root: Path, change: Change, origin: str) -> str:
    """Write a file, first moving the one it was before; what went wrong, empty when nothing did."""
    assert change.after
    if refusal := _refusal(root, change):
        return f"{change.path}: left alone, {refusal}"
    try:
        if origin:
            _move(root, origin, change.path)
        _replace(root / change.path, change.after)
    except OSError as error:
        return f"{change.path}: could not be written: {error.strerror}"
    return ""


def _take(root: Path, change: Change, kept: str) -> str:
    """Remove a file, unless there is a reason to keep it; what went wrong, empty when nothing did."""
    if refusal := kept or _refusal(root, change):
        return f"{change.path}: left alone, {refusal}"
    try:
        (root / change.path).unlink()
        _remove_empty((root / change.path).parent, root)
    except OSError as error:
        return f"{change.path}: could not be removed: {error.strerror}"
    return ""


def _case_renames(gone: list[Change], written: list[Change]) -> dict[str, str]:
    """Moves that only change the case of a name: on a file system that ignores case, deleting the old would delete the new."""
    new = {change.path.lower(): change.path for change in written if change.before is None}
    return {change.path: new[change.path.lower()] for change in gone if change.path.lower() in new}


def _move(root: Path, old: str, new: str) -> None:
    """Give a file, and the folder it is in, a name that differs in case only; other file systems see two names, some see one."""
    source, target = root / old, root / new
    if source.parent != target.parent and target.parent.exists() and source.parent.samefile(target.parent):
        os.rename(source.parent, target.parent)
        source = target.parent / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(source, target)
    _remove_empty((root / old).parent, root)


def _remove_empty(folder: Path, root: Path) -> None:
    """Remove a folder that a fix has left empty, and those above it: git keeps none."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _refusal(root: Path, change: Change) -> str:
    """Why a path must not be written, empty when it may."""
    target = root / change.path
    inside = target.parent.resolve()
    if inside != root.resolve() and root.resolve() not in inside.parents:
        return "it lies outside the repository"
    if change.before is None:
        taken = target.exists() and not any(
            target.samefile(other)
            for other in target.parent.iterdir()
            if other.name.lower() == target.name.lower() and other.name != target.name
        )
        return "a file of that name is there already" if taken or target.is_symlink() else ""
    if target.is_symlink() and change.before.mode & 0o170000 != 0o120000:
        return "it is a symbolic link"
    try:
        return (
            ""
            if target.is_symlink() or target.read_bytes() == change.before.data
            else "it changed while binderlint was running"
        )
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def _replace(target: Path, source: Source) -> None:
    """Write a file beside its place and move it there, keeping its permissions but for the executable bit git knows of."""
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
    mode = mode | 0o111 & ~_umask() if source.mode == EXECUTABLE else mode & ~0o111
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(source.data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
