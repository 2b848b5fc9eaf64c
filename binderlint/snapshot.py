"""Snapshot: the files of a repository at one moment, looked up as a clone on Binder would find them, and what the answers depend on like files."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from binderlint.changes.edits import apply
from binderlint.git import Git
from binderlint.lint.diagnostic import Edit
from binderlint.lint.hubs import Hub, find_hub
from binderlint.outside.clone import Clone
from binderlint.outside.worktree import read_folder, read_ref
from binderlint.source import (
    BINDER_FOLDERS,
    EXECUTABLE,
    GITLINK,
    REGULAR,
    SYMLINK,
    UNREAD,
    Files,
    Place,
    Source,
    decode_path,
)
from binderlint.source import RepositoryError as RepositoryError
from binderlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from binderlint.read.lock import Lock
    from binderlint.web import Web

PATH_MAX = 4096  # characters: Linux opens no longer path


class Snapshot:
    """The files of a repository at one moment. Nothing in it changes.

    Binder gets the tracked files only. The methods that look files up (`get`, `exists`, `is_dir`, `list`) see those, and follow symbolic
    links that stay inside the repository, as repo2docker does after its clone. Files that git does not track are in `untracked`.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        *,
        git: Git | None = None,
        clone: Clone | None = None,
        hub: str | Hub = "mybinder.org",
        nothing_committed: bool = False,
        versions: Lock | None = None,
        web: Web | None = None,
    ) -> None:
        self.sources: dict[str, Source] = {}
        self.untracked: dict[str, Source] = {}
        for source in sorted(sources, key=lambda source: source.path):
            (self.sources if source.tracked else self.untracked)[source.path] = source
        self.git = git or Git()
        self.clone = clone or Clone()
        """What only the repository on this machine can tell."""
        self._hub = hub
        self.nothing_committed = nothing_committed
        self.versions = versions
        """What the user has installed, known beside the lock files."""
        self.web = web
        """What the web has answered (`--online`); None where nothing was asked."""
        self.answers: dict[Any, Any] = {}
        """What facts have answered (fact.py)."""

    @property
    def hub(self) -> str:
        """The name of the hub that the repository is meant for."""
        return self._hub if isinstance(self._hub, str) else self._hub.name

    @cached_property
    def allows(self) -> Hub:
        """What that hub allows."""
        return find_hub(self._hub) if isinstance(self._hub, str) else self._hub

    # -- what is there

    def get(self, path: str) -> Source | None:
        """The regular file at a path, through symbolic links; None when there is none. Its content may not be known."""
        found = self.sources.get(self.resolve(path) or "")
        return found if found and found.mode in (REGULAR, EXECUTABLE, UNREAD) else None

    @property
    def files(self) -> Iterator[Source]:
        """The regular files whose content is known, in the order of their paths."""
        return (source for source in self.sources.values() if source.mode in (REGULAR, EXECUTABLE))

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there, as `os.path.exists` sees it in a clone."""
        resolved = self.resolve(path)
        return resolved is not None and (resolved in self.sources or resolved in self._folders)

    def is_dir(self, path: str) -> bool:
        """Whether a folder (or submodule, or link to a folder) is there."""
        resolved = self.resolve(path)
        if resolved is None:
            return False
        return resolved in self._folders or (resolved in self.sources and self.sources[resolved].mode == GITLINK)

    def list(self, folder: str = "") -> list[str]:
        """Paths of the files directly in a folder."""
        return list(self._listed.get(folder, ()))

    def resolve(self, path: str) -> str | None:
        """The path after following symbolic links; None when one dangles in a loop or leaves the repository."""
        if len(path) > PATH_MAX:
            return None
        parts, done, links = [part for part in reversed(path.split("/")) if part not in ("", ".")], "", 0
        while parts:
            part = parts.pop()
            if part == "..":
                if not done:
                    return None
                done = posixpath.dirname(done)
                continue
            candidate = f"{done}/{part}" if done else part
            found = self.sources.get(candidate)
            if found is None or found.mode != SYMLINK:
                done = candidate
                continue
            target, links = decode_path(found.data), links + 1
            if links > 40 or target.startswith("/") or len(target) > PATH_MAX:
                return None
            parts += [piece for piece in reversed(target.split("/")) if piece not in ("", ".")]
        return done

    @cached_property
    def _folders(self) -> set[str]:
        folders = {""}
        for path in self.sources:
            while (path := posixpath.dirname(path)) and path not in folders:
                folders.add(path)
        return folders

    @cached_property
    def _listed(self) -> dict[str, tuple[str, ...]]:
        return _by_folder(self.sources)

    @cached_property
    def place(self) -> Place:
        """Where to report what concerns the repository as a whole: the first line of its README, else of what is for Binder, of a notebook, or of the uppermost file, a hidden one last."""
        readmes = (self.get(path) for path in self.list() if path.lower().startswith("readme"))
        known = (source for source in readmes if source and source.mode != UNREAD)
        first = next(known, None) or min(self.files, key=_standing, default=Source(".", b""))
        return first.place(int(first.has_bom))

    # -- where it comes from

    @classmethod
    def from_folder(
        cls,
        folder: Path,
        *,
        hub: str | Hub = "mybinder.org",
        versions: Lock | None = None,
    ) -> Snapshot:
        """The work tree of a git repository, a folder inside one (as repo2docker's `--subdir`), or a plain folder.

        Raises RepositoryError when it is not a folder, or what git knows of it cannot be read.
        """
        return cls(**read_folder(folder)._asdict(), hub=hub, versions=versions)

    @classmethod
    def from_ref(cls, folder: Path, ref: str, *, hub: str | Hub = "mybinder.org") -> Snapshot:
        """The files of a commit, without touching the work tree. Raises RepositoryError for a ref that git does not know."""
        return cls(**read_ref(folder, ref)._asdict(), hub=hub)

    @classmethod
    def from_dict(
        cls,
        files: Files,
        *,
        git: Git | None = None,
        hub: str | Hub = "mybinder.org",
        versions: Lock | None = None,
    ) -> Snapshot:
        """A repository that exists only in memory: paths to text, bytes or a Source (for a mode, or a file git does not track)."""
        sources = [
            content
            if isinstance(content, Source)
            else Source(path, content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
            for path, content in files.items()
        ]
        return cls(sources, git=git, hub=hub, versions=versions)

    # -- changing it

    def apply(self, edits: Iterable[Edit]) -> Snapshot:
        """The repository after edits. Raises `edits.EditError` when one cannot be made."""
        return self.replace(apply(self.sources, edits).values())

    def with_web(self, web: Web) -> Snapshot:
        """The same files with what the web has answered, and with the refs of the origin where the clone does not know all of them."""
        same = self.replace(self.sources.values())
        from binderlint.web import Kind

        same.web = web
        host = web.answer(Kind.REPOSITORY, self.git.origin)
        if host and host.found and not self.git.complete:
            branch = host.default_branch or self.git.default_branch
            same.git = self.git._replace(refs=self.git.refs | host.refs, default_branch=branch, complete=True)
        return same

    def replace(self, sources: Iterable[Source]) -> Snapshot:
        """The same repository with other tracked files."""
        kept = list(sources)
        paths = {source.path for source in kept}
        untracked = [source for path, source in self.untracked.items() if path not in paths]
        return Snapshot(
            kept + untracked,
            git=self.git,
            clone=self.clone,
            hub=self._hub,
            nothing_committed=self.nothing_committed,
            versions=self.versions,
            web=self.web,
        )


def _standing(source: Source) -> tuple[bool, bool, bool, int]:
    """How little a file stands for the whole repository; the least stands for it most."""
    path = source.path
    return (
        not path.startswith(tuple(f"{folder}/" for folder in BINDER_FOLDERS)),
        path.startswith(".") or "/." in path,
        not path.endswith((".ipynb", ".Rmd")),
        path.count("/"),
    )


def _by_folder(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The paths of the files directly in each folder."""
    listed: dict[str, list[str]] = {}
    for path in paths:
        listed.setdefault(posixpath.dirname(path), []).append(path)
    return {folder: tuple(found) for folder, found in listed.items()}
