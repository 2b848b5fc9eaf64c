"""Work trees, commits and plain folders: what a snapshot of a repository is read from."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from binderlint.git import Git, GitError
from binderlint.outside.clone import Clone, Commit, WorkTree
from binderlint.outside.dotgit import (
    Entry,
    GitFolder,
    checked_out,
    find_bare,
    find_git,
    find_store,
    read_git,
    read_index,
    setting,
)
from binderlint.outside.regular import read_itself
from binderlint.pattern import regex
from binderlint.source import (
    BINDER_FOLDERS,
    EXECUTABLE,
    GITLINK,
    REGULAR,
    SYMLINK,
    NotHereError,
    RepositoryError,
    Source,
    TooLargeError,
    UnreadError,
    unread,
)
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from binderlint.outside.git import Blobs

# Never part of what is linted in a folder without git: caches and environments that tools make.
_SKIPPED_FOLDERS = {".git", "__pycache__", "node_modules", ".ipynb_checkpoints", ".venv", ".tox", ".nox", ".mypy_cache"}
# Where files that git does not track are looked for: the places Binder's configuration can be in.
_CONFIGURATION_FOLDERS = ("", *BINDER_FOLDERS)
# How git writes false (git-config, "Values").
_OFF = ("false", "no", "off", "0")


LARGEST = 50_000_000
"""How many bytes of a file are read. Of a larger one it is known that it is there."""
LARGEST_LIST = 1_000_000
"""The same for a file that is worked off line by line, such as a script or a list of packages. It takes up to half a minute and 150 MB of memory."""
_LIST = frozenset({"yaml", "yml", "txt", "in", "sh", "bash", "toml", "nix", "r", "dockerfile"})
_DENIED = os.strerror(errno.EACCES)


class Contents(NamedTuple):
    """What a Repository is made of, by the names of its parameters."""

    sources: list[Source]
    git: Git | None = None
    clone: Clone | None = None
    nothing_committed: bool = False


def read_folder(folder: Path) -> Contents:
    """The work tree of a git repository, a folder inside one, or a plain folder; of a bare repository its HEAD. Raises RepositoryError."""
    if not folder.is_dir():
        raise RepositoryError(f"{folder}: no such folder" if not folder.exists() else f"{folder}: not a folder")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise RepositoryError(f"{folder}: cannot be read: {_DENIED}")
    folder = folder.resolve()
    place = find_git(folder)
    if place is None:
        bare = find_bare(folder)
        return _read_commit(bare, "HEAD") if bare else Contents(list(_walk(folder)), clone=WorkTree(folder))
    try:
        entries = list(_unfolded(place, read_index(place)))
        prefix = "" if folder == place.top else folder.relative_to(place.top).as_posix() + "/"
        git = Git(commit=checked_out(place)) if prefix else read_git(place)
        linked = setting(place, "core.symlinks").lower() not in _OFF
    except GitError as error:
        raise RepositoryError(f"{place.top}: {error}") from error
    tracked = {entry.path[len(prefix) :]: entry for entry in entries if entry.path.startswith(prefix)}
    clone = WorkTree(folder, place, {path: entry.oid for path, entry in tracked.items()})
    if not tracked:  # nothing is committed yet: look at what is there
        return Contents(list(_walk(folder)), git, clone, not entries)
    folders = _Folders(folder)
    modes = {path: 0 if linked and entry.mode == SYMLINK else entry.mode for path, entry in tracked.items()}
    found = [_on_disk(folder, path, mode) for path, mode in modes.items() if _is_possible(path) and folders.holds(path)]
    here = {source.path for source in found if source}
    found += [
        unread(NotHereError(path, "a sparse checkout leaves it out"))
        for path, entry in tracked.items()
        if entry.skipped and path not in here
    ]
    found += [_on_disk(folder, path, tracked=False) for path in _untracked_files(folder, tracked)]
    return Contents([source for source in found if source], git, clone)


def _unfolded(place: GitFolder, entries: list[Entry]) -> Iterator[Entry]:
    """The entries of an index with the files of the folders that a sparse one keeps folded, as far as git has them."""
    for entry in entries:
        if entry.mode != 0o040000:
            yield entry
            continue
        from binderlint.outside.objects import read_tree

        try:
            for inner in read_tree(find_store(place), entry.oid):
                yield inner._replace(path=entry.path + inner.path, skipped=True)
        except GitError:  # in a partial clone; then nothing is known of this folder
            continue


def read_ref(folder: Path, ref: str) -> Contents:
    """The files of a commit, or those that it has in a folder inside the repository. Raises RepositoryError, also for a ref that git does not know."""
    folder = folder.resolve()
    place = find_git(folder) or find_bare(folder)
    if place is None:
        raise RepositoryError(f"{folder}: not a git repository, so there is no ref `{ref}`")
    return _read_commit(place, ref, "" if folder == place.top else folder.relative_to(place.top).as_posix())


def _read_commit(place: GitFolder, ref: str, folder: str = "") -> Contents:
    from binderlint.outside.git import Blobs
    from binderlint.outside.objects import read_tree, resolve

    try:
        store = find_store(place)
        commit = resolve(place, ref)
        entries = below(read_tree(store, commit), folder)
        git = Git() if folder else read_git(place)
        known = git._replace(commit=commit)
        return Contents(blob_sources(entries, Blobs(store)), known, Commit(place, total_bytes(entries)))
    except GitError as error:
        raise RepositoryError(f"{place.top}: {error}") from error


def below(entries: list[Entry], folder: str) -> list[Entry]:
    """The files in a folder of a commit, with their paths from there; all for `""`. Raises GitError where there is no such folder."""
    prefix = f"{folder}/" if folder else ""
    found = [entry._replace(path=entry.path[len(prefix) :]) for entry in entries if entry.path.startswith(prefix)]
    if folder and not found:
        raise GitError(f"this commit has no folder `{folder}`")
    return found


def blob_sources(entries: list[Entry], blobs: Blobs) -> list[Source]:
    """The files of a commit; each is read when it is needed."""

    def source(entry: Entry) -> Source:
        if entry.mode == GITLINK:
            return Source(entry.path, b"", GITLINK)
        if entry.size < 0:
            return unread(NotHereError(entry.path, "its content is not in this partial clone"))
        if entry.size > most_bytes(entry.path):
            return unread(_too_large(entry.path))
        return Source(entry.path, lambda: _blob(blobs, entry), entry.mode)

    return [source(entry) for entry in entries]


def total_bytes(entries: list[Entry]) -> int:
    """What the files of a commit weigh, as far as that is known."""
    return sum(entry.size for entry in entries if entry.size > 0)


def _blob(blobs: Blobs, entry: Entry) -> bytes:
    try:
        return blobs.read(entry.oid)
    except GitError as error:
        raise UnreadError(entry.path, str(error)) from error


def _walk(folder: Path) -> Iterator[Source]:
    unlisted: list[Path] = []

    def note(error: OSError) -> None:
        if isinstance(error, PermissionError):  # not for what has gone meanwhile
            unlisted.append(Path(error.filename))

    for parent, folders, names in os.walk(folder, onerror=note):
        here = Path(parent)
        links = [name for name in folders if os.path.islink(here / name)]
        folders[:] = [
            name
            for name in folders
            if name not in _SKIPPED_FOLDERS and name not in links and not os.path.exists(here / name / "pyvenv.cfg")
        ]
        for name in names + links:
            source = _on_disk(folder, (here / name).relative_to(folder).as_posix())
            if source:
                yield source
    for path in unlisted:
        yield unread(UnreadError(f"{path.relative_to(folder).as_posix()}/", _DENIED))


class _Folders:
    """The folders of a work tree. A link in the place of a folder is none: to git, what is behind it has been deleted."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = {"": True}

    def holds(self, path: str) -> bool:
        """Return True if every folder on the way to a path is a real one."""
        parent = posixpath.dirname(path)
        if parent not in self._known:
            self._known[parent] = self.holds(parent) and not self._is_link(parent)
        return self._known[parent]

    def _is_link(self, folder: str) -> bool:
        try:
            return stat.S_ISLNK(os.lstat(os.path.join(self._root, folder)).st_mode)
        except (OSError, ValueError):
            return False


def _untracked_files(folder: Path, tracked: Collection[str]) -> Iterator[str]:
    """Where Binder's configuration can be: the paths of what git does not track; of a folder that cannot be listed, with a slash at its end.

    Windows and macOS may show a tracked file by another name, in other letters or with its accents apart, and know it by both.
    """
    folded = {_folded(path): path for path in tracked if path.count("/") < 2}
    for name in _CONFIGURATION_FOLDERS:
        if name and os.path.islink(folder / name):
            continue  # its files are those of another folder, where they are or are not tracked
        try:
            with os.scandir(folder / name) as entries:
                there = [posixpath.join(name, entry.name) for entry in entries if entry.is_symlink() or entry.is_file()]
        except PermissionError:
            yield f"{name}/"
            continue
        except OSError:
            continue
        for path in there:
            known = folded.get(_folded(path), "")
            if path not in tracked and (not known or known in there or not _is_same(folder / path, folder / known)):
                yield path


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    from unicodedata import normalize

    return normalize("NFC", path).casefold()


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other))
    except OSError:
        return False


def _on_disk(folder: Path, path: str, mode: int = 0, tracked: bool = True) -> Source | None:
    """A file of a work tree, None when it is gone or is no file.

    The index's mode wins over the disk's, but for what became a link: Windows has no executable files, and git has written a link as a
    text file where it is given the mode of one here (`core.symlinks`).
    """
    full = os.path.join(folder, path)  # much faster than with `Path`
    if mode == GITLINK:
        return Source(path, b"", GITLINK, tracked)
    if path.endswith("/"):
        return unread(UnreadError(path, _DENIED), tracked)
    try:
        status = os.lstat(full)
        if stat.S_ISLNK(status.st_mode):
            return Source(path, _link_target(full), SYMLINK, tracked)
    except PermissionError:  # of a folder above it
        return unread(UnreadError(path, _DENIED), tracked)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    if status.st_size > most_bytes(path):
        return unread(_too_large(path), tracked)
    if not os.access(full, os.R_OK):
        return unread(UnreadError(path, _DENIED), tracked)
    if mode not in (REGULAR, EXECUTABLE, SYMLINK):
        mode = EXECUTABLE if status.st_mode & stat.S_IXUSR else REGULAR
    return Source(path, lambda: _read(full, path), mode, tracked)


def _link_target(path: str) -> bytes:
    """What git stores for a link; Windows writes it in another way."""
    target = os.readlink(path)
    return os.fsencode(target.removeprefix("\\\\?\\").replace("\\", "/") if os.name == "nt" else target)


# learn.microsoft.com/windows/win32/fileio/naming-a-file: such a name is a device, another file, or none
_NOT_ON_WINDOWS = regex(
    r"(?i)(?:^|/)(?:con|prn|aux|nul|com[1-9\xb9\xb2\xb3]|lpt[1-9\xb9\xb2\xb3]|conin\$|conout\$) *(?:[.:/]|$)|[. ](?:/|$)|[\0-\x1f<>:\"|?*\\]"
)


def _is_possible(path: str) -> bool:
    """True when this system can have a file of this path. git could not check out another, and a device must not be opened."""
    return os.name != "nt" or not _NOT_ON_WINDOWS.search(path)


def most_bytes(path: str) -> int:
    """How many bytes of the file of this path are read at most."""
    name = path.rpartition("/")[2].casefold()
    listed = "." not in name[1:] or name.rpartition(".")[2] in _LIST
    return LARGEST_LIST if listed and "lock" not in name else LARGEST


def _too_large(path: str) -> TooLargeError:
    return TooLargeError(path, f"larger than {most_bytes(path) // 10**6} MB")


def _read(full: str, path: str) -> bytes:
    try:
        return read_itself(full, most_bytes(path))
    except OSError as error:  # it was there, and could be read, when the folder was looked through
        raise UnreadError(path, error.strerror or str(error)) from error
