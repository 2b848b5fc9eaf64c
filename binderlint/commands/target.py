"""Target: which repository the arguments of a command mean, and which of its files. docs/folders.md has the table of all cases."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from pathlib import Path

from binderlint.git import GitError
from binderlint.lint.wording import listed
from binderlint.outside.dotgit import find_git, find_top, read_index
from binderlint.snapshot import RepositoryError, Snapshot
from binderlint.source import BINDER_FOLDERS, GITLINK
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from binderlint.outside.remote import Remote

_FOLDED = 0o040000  # of a folder that a sparse index keeps as one entry


class Target(NamedTuple):
    """A repository to look at, and the files of it to report on (None for all)."""

    root: Path
    """The folder that is taken for a repository."""
    top: Path
    """The top of the repository around it, which it is itself but with `--subdir`. The configuration is looked for from the root up to here."""
    paths: set[str] | None = None
    remote: Remote | None = None
    """A repository on the web, instead of the one at the root."""
    inside: tuple[Path, ...] = ()
    """The folders that were named, where they are not the root."""
    ignored_by: Path | None = None
    """The top of the repository that has the root in its .gitignore."""

    @property
    def note(self) -> str:
        """What to say of how the arguments were understood; empty where that is plain."""
        if self.ignored_by:
            return (
                f"git ignores `{from_here(self.root)}`, so it is not part of the repository `{from_here(self.ignored_by)}`. "
                "binderlint looks at this folder alone"
            )
        if not self.inside:
            return ""
        said = (
            f"{listed(map(from_here, self.inside))} {'is' if len(self.inside) == 1 else 'are'} part of the repository "
            f"`{from_here(self.root)}`. Binder builds the whole repository, so binderlint looks at all of it"
        )
        own = next((folder for folder in self.inside if folder not in _binders(self.root)), None)
        if own is None:
            return said
        return f"{said}. For {'this folder' if len(self.inside) == 1 else 'one folder'} alone, as `repo2docker --subdir` builds it, use `{self._alone(own)}`"

    def _alone(self, folder: Path) -> str:
        """The arguments with which a folder is looked at by itself."""
        before, name = [], from_here(folder)
        if not Path.cwd().resolve().is_relative_to(self.root):
            before, name = [from_here(self.root)], folder.relative_to(self.root).as_posix()
        from shlex import join

        return join([*before, *([f"--subdir={name}"] if name.startswith("-") else ["--subdir", name])])

    def joined(self, other: Target) -> Target:
        """The target that it is together with another of the same root."""
        paths = None if self.paths is None or other.paths is None else self.paths | other.paths
        return self._replace(paths=paths, inside=tuple(dict.fromkeys((*self.inside, *other.inside))))


def find_targets(paths: Sequence[str], subdir: str = "") -> list[Target]:
    """What folders, files and addresses mean, each repository once; without any, the current folder.

    `subdir` is a folder of each of them that is to be looked at by itself. Raises RepositoryError.
    """
    local: dict[Path, Target] = {}
    remote: list[Target] = []
    for given in paths or (".",):
        if address := _address(given):
            here = Path.cwd()
            remote.append(Target(here, here, None, address._replace(subdir=_below(subdir))))
            continue
        target = _find(given, subdir)
        known = local.get(target.root)
        local[target.root] = known.joined(target) if known else target
    return [*local.values(), *remote]


def _address(given: str) -> Remote | None:
    """The repository on the web that an argument means; None for a path. Raises RepositoryError."""
    if ":" not in given:
        return None
    from binderlint.outside.remote import find_remote

    return find_remote(given)


def from_here(path: str | Path) -> str:
    """A real path (Windows may give a folder by its short name, `RUNNER~1`) as seen from the current folder; all of it on another drive."""
    shown = str(path)
    try:
        shown = os.path.relpath(shown, os.path.realpath(os.curdir))
    except (ValueError, OSError):  # the current folder is gone
        pass
    return shown.replace(os.sep, "/")


def _find(given: str, subdir: str) -> Target:
    path = Path(given)
    if not os.path.lexists(path):
        raise RepositoryError(f"{given}: no such file or folder")
    if path.is_dir():
        folder = _followed(path)
        return _alone(folder, subdir) if subdir else _around(folder)
    if subdir:
        raise RepositoryError(f"{given}: --subdir goes with a folder, not with a file")
    folder = _followed(path.parent)
    target = _around(folder)
    return target._replace(paths={(folder / path.name).relative_to(target.root).as_posix()}, inside=())


def _around(folder: Path) -> Target:
    """The repository that a folder is in. One that git ignores is in none."""
    top = find_top(folder)
    if top is None or _is_ignored(folder, top):
        root = folder.parent if folder.name in BINDER_FOLDERS else folder
        return Target(root, root, None, None, () if root == folder else (folder,), top)
    return Target(top, top, None, None, () if folder == top else (folder,))


def _alone(folder: Path, subdir: str) -> Target:
    """A folder of the repository that a folder is in, as a repository of its own."""
    top = find_top(folder) or folder
    root = _followed(folder / subdir)
    if not root.is_relative_to(top):
        raise RepositoryError(f"--subdir {subdir}: outside of the repository {from_here(top)}")
    top = find_top(root) or top
    if root != top and find_top(root):
        _is_tracked(root, top)
    return Target(root, top)


def _below(subdir: str) -> str:
    """A folder inside a repository on the web, `""` for all of it. Raises RepositoryError for one outside."""
    path = posixpath.normpath(subdir) if subdir else "."
    if path.startswith(("/", "..")):
        raise RepositoryError(f"--subdir {subdir}: outside of the repository")
    return path.removeprefix(".") if path == "." else path


def _is_ignored(folder: Path, top: Path) -> bool:
    """True when git tracks nothing in a folder and a .gitignore names it."""
    if folder == top or _is_tracked(folder, top):
        return False
    from binderlint.facts.ignore import git_excludes

    return git_excludes(Snapshot.from_folder(top), f"{folder.relative_to(top).as_posix()}/a file") is not None


def _is_tracked(folder: Path, top: Path) -> bool:
    """True when git tracks a file in a folder. Raises RepositoryError for a submodule that is not there."""
    path = f"{folder.relative_to(top).as_posix()}/"
    try:
        place = find_git(folder)
        entries = read_index(place) if place else []
    except GitError as error:
        raise RepositoryError(f"{top}: {error}") from error
    for entry in entries:
        if entry.mode == GITLINK and path.startswith(f"{entry.path}/"):
            from shlex import join

            raise RepositoryError(
                f"{from_here(folder)}: a submodule that is not checked out. Run `{join(['git', '-C', str(top), 'submodule', 'update', '--init', entry.path])}`"
            )
        if entry.path.startswith(path) or (entry.mode == _FOLDED and path.startswith(entry.path)):
            return True
    return False


def _binders(root: Path) -> tuple[Path, ...]:
    return tuple(root / name for name in BINDER_FOLDERS)


def _followed(path: Path) -> Path:
    """The real place of a path. Raises RepositoryError for a link that leads out of the repository it is in: a stranger may have made it."""
    here = Path(path.anchor or os.curdir).resolve()
    for part in path.parts[bool(path.anchor) :]:
        try:
            real = here.parent if part == ".." else (here / part).resolve()
        except (OSError, RuntimeError) as error:  # a loop, or a name that this system cannot have
            raise RepositoryError(f"{path}: no such file or folder") from error
        if part != ".." and not real.is_relative_to(here):
            top = find_top(here)
            if top and not real.is_relative_to(top):
                raise RepositoryError(
                    f"{path}: `{part}` is a link out of the repository {from_here(top)}, and is not followed. Name the folder that it leads to"
                )
        here = real
    return here
