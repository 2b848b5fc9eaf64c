"""Work trees, commits and plain folders: what a snapshot of a repository is read from."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from binderlint.outside.git import Git, GitError, find_top, git_folder, read_blob, read_git, read_index, read_tree
from binderlint.outside.regular import read_regular
from binderlint.snapshot import RepositoryError
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Source

# Never part of what is linted in a folder without git: caches and environments that tools make.
_SKIPPED_FOLDERS = {".git", "__pycache__", "node_modules", ".ipynb_checkpoints", ".venv", ".tox", ".nox", ".mypy_cache"}
# Where files that git does not track are looked for: the places Binder's configuration can be in.
_CONFIGURATION_FOLDERS = ("", "binder", ".binder")


LARGEST = 2_000_000_000  # bytes of one file: more is all that Binder's clone may weigh


class Contents(NamedTuple):
    """What a Repository is made of, by the names of its parameters."""

    sources: list[Source]
    git: Git | None = None
    root: Path | None = None
    nothing_committed: bool = False


def read_folder(folder: Path) -> Contents:
    """The work tree of a git repository, a folder inside one, or a plain folder. Raises RepositoryError."""
    if not folder.is_dir():
        raise RepositoryError(f"{folder}: no such folder" if not folder.exists() else f"{folder}: not a folder")
    folder = folder.resolve()
    top = find_top(folder)
    dot_git = git_folder(top) if top else None
    if top is None or dot_git is None:
        return Contents(list(_walk(folder)), root=folder)
    try:
        entries = read_index(top, dot_git)
    except GitError as error:
        raise RepositoryError(f"{top}: the git index cannot be read: {error}") from error
    prefix = "" if folder == top else folder.relative_to(top).as_posix() + "/"
    modes = {entry.path[len(prefix) :]: entry.mode for entry in entries if entry.path.startswith(prefix)}
    git = read_git(top, dot_git) if not prefix else None
    if not modes:  # nothing is committed yet: look at what is there
        return Contents(list(_walk(folder)), git, folder, not entries)
    tracked = [_on_disk(folder, path, mode) for path, mode in modes.items()]
    untracked = [_on_disk(folder, path, tracked=False) for path in _untracked_files(folder) if path not in modes]
    return Contents([source for source in tracked + untracked if source], git, folder)


def read_ref(folder: Path, ref: str) -> Contents:
    """The files of a commit. Raises RepositoryError, also for a ref that git does not know."""
    top = find_top(folder.resolve())
    dot_git = git_folder(top) if top else None
    if top is None or dot_git is None:
        raise RepositoryError(f"{folder}: not a git repository, so there is no ref `{ref}`")
    try:
        entries = read_tree(top, ref)
    except GitError as error:
        raise RepositoryError(f"{top}: {error}") from error
    sources = [Source(entry.path, _blob_reader(top, entry.oid), entry.mode) for entry in entries]
    return Contents(sources, read_git(top, dot_git))


def _walk(folder: Path) -> Iterator[Source]:
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [
            name
            for name in folders
            if name not in _SKIPPED_FOLDERS and name not in links and not (here / name / "pyvenv.cfg").exists()
        ]
        for name in names + links:
            source = _on_disk(folder, (here / name).relative_to(folder).as_posix())
            if source:
                yield source


def _untracked_files(folder: Path) -> Iterator[str]:
    for name in _CONFIGURATION_FOLDERS:
        try:
            with os.scandir(folder / name) as entries:
                yield from (
                    posixpath.join(name, entry.name) for entry in entries if entry.is_symlink() or entry.is_file()
                )
        except OSError:
            continue


def _on_disk(folder: Path, path: str, mode: int = 0, tracked: bool = True) -> Source | None:
    """A file of a work tree, None when it is gone or is no file. The index's mode wins over the disk's, but for what became a link."""
    full = folder / path
    if mode == GITLINK:
        return Source(path, b"", GITLINK, tracked)
    try:
        status = os.lstat(full)
    except (OSError, ValueError):
        return None
    if stat.S_ISLNK(status.st_mode):
        return Source(path, os.fsencode(os.readlink(full)), SYMLINK, tracked)
    if not stat.S_ISREG(status.st_mode):
        return None
    if mode not in (REGULAR, EXECUTABLE):
        mode = EXECUTABLE if status.st_mode & stat.S_IXUSR else REGULAR
    return Source(path, lambda: _read(full), mode, tracked)


def _read(path: Path) -> bytes:
    try:
        return read_regular(path, LARGEST)
    except OSError as error:
        raise RepositoryError(f"{path}: cannot be read: {error.strerror}") from error


def _blob_reader(top: Path, oid: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return read_blob(top, oid)
        except GitError as error:
            raise RepositoryError(f"{top}: {error}") from error

    return read
