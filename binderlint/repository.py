"""Repository: an immutable snapshot of a repository's files, what Binder would clone, and cached views of them."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from binderlint.git import Git, GitError, find_top, git_folder, read_blob, read_git, read_index, read_tree
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Place, Source, Table

if TYPE_CHECKING:
    from binderlint.diagnostic import Edit
    from binderlint.files.dask import Config
    from binderlint.files.dockerfile import Dockerfile
    from binderlint.files.installs import PipFile
    from binderlint.files.links import Link
    from binderlint.files.requirements import Requirement
    from binderlint.files.script import Script
    from binderlint.plan import Plan
    from binderlint.rule import Files

# Never part of what is linted in a folder without git: caches and environments that tools make.
_SKIPPED_FOLDERS = {".git", "__pycache__", "node_modules", ".ipynb_checkpoints", ".venv", ".tox", ".nox", ".mypy_cache"}
# Where files that git does not track are looked for: the places Binder's configuration can be in.
_CONFIGURATION_FOLDERS = ("", "binder", ".binder")


class RepositoryError(Exception):
    """The repository cannot be read; the message is for the user."""


class Repository:
    """The files of a repository at one moment. Nothing in it changes: `apply` gives a new one.

    Binder gets the tracked files only. The methods that look files up (`get`, `exists`, `is_dir`, `list`) see those, and follow symbolic
    links that stay inside the repository, as repo2docker does after its clone. Files that git does not track are in `untracked`.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        *,
        git: Git | None = None,
        root: Path | None = None,
        hub: str = "mybinder.org",
        assume_binder: bool = False,
        nothing_committed: bool = False,
    ) -> None:
        self.sources: dict[str, Source] = {}
        self.untracked: dict[str, Source] = {}
        for source in sorted(sources, key=lambda source: source.path):
            (self.sources if source.tracked else self.untracked)[source.path] = source
        self.git = git or Git()
        self.root = root
        self.hub = hub
        self.assume_binder = assume_binder
        self.nothing_committed = nothing_committed

    # -- where it comes from

    @classmethod
    def from_folder(cls, folder: Path, *, hub: str = "mybinder.org", assume_binder: bool = False) -> Repository:
        """The work tree of a git repository, a folder inside one (as repo2docker's `--subdir`), or a plain folder.

        Raises RepositoryError when it is no folder or git's index cannot be read.
        """
        if not folder.is_dir():
            raise RepositoryError(f"{folder}: no such folder" if not folder.exists() else f"{folder}: not a folder")
        folder = folder.resolve()
        top = find_top(folder)
        dot_git = git_folder(top) if top else None
        if top is None or dot_git is None:
            return cls(_walk(folder), root=folder, hub=hub, assume_binder=assume_binder)
        try:
            entries = read_index(top, dot_git)
        except GitError as error:
            raise RepositoryError(f"{top}: the git index cannot be read: {error}") from error
        prefix = "" if folder == top else folder.relative_to(top).as_posix() + "/"
        modes = {entry.path[len(prefix) :]: entry.mode for entry in entries if entry.path.startswith(prefix)}
        git = read_git(top, dot_git) if not prefix else None
        if not modes:  # nothing is committed yet: look at what is there
            return cls(
                _walk(folder), git=git, root=folder, hub=hub, assume_binder=assume_binder, nothing_committed=not entries
            )
        tracked = [_on_disk(folder, path, mode) for path, mode in modes.items()]
        untracked = [_on_disk(folder, path, tracked=False) for path in _untracked_files(folder) if path not in modes]
        sources = [source for source in tracked + untracked if source]
        return cls(sources, git=git, root=folder, hub=hub, assume_binder=assume_binder)

    @classmethod
    def from_ref(cls, folder: Path, ref: str, *, hub: str = "mybinder.org", assume_binder: bool = False) -> Repository:
        """The files of a commit, without touching the work tree. Raises RepositoryError for a ref that git does not know."""
        top = find_top(folder.resolve())
        dot_git = git_folder(top) if top else None
        if top is None or dot_git is None:
            raise RepositoryError(f"{folder}: not a git repository, so there is no ref `{ref}`")
        try:
            entries = read_tree(top, ref)
        except GitError as error:
            raise RepositoryError(f"{top}: {error}") from error
        sources = [Source(entry.path, _blob_reader(top, entry.oid), entry.mode) for entry in entries]
        return cls(sources, git=read_git(top, dot_git), hub=hub, assume_binder=assume_binder)

    @classmethod
    def from_dict(
        cls, files: Files, *, git: Git | None = None, hub: str = "mybinder.org", assume_binder: bool = False
    ) -> Repository:
        """A repository that exists only in memory: paths to text, bytes or a Source (for a mode, or a file git does not track)."""
        sources = [
            content
            if isinstance(content, Source)
            else Source(path, content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
            for path, content in files.items()
        ]
        return cls(sources, git=git, hub=hub, assume_binder=assume_binder)

    # -- what is there

    def get(self, path: str) -> Source | None:
        """The regular file at a path, through symbolic links; None when there is none."""
        found = self.sources.get(self.resolve(path) or "")
        return found if found and found.mode in (REGULAR, EXECUTABLE) else None

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
        return [path for path in self.sources if posixpath.dirname(path) == folder]

    def resolve(self, path: str) -> str | None:
        """The path after following symbolic links; None when one dangles in a loop or leaves the repository."""
        parts, done, links = [part for part in path.split("/") if part not in ("", ".")], "", 0
        while parts:
            part = parts.pop(0)
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
            target, links = os.fsdecode(found.data), links + 1
            if links > 40 or target.startswith("/"):
                return None
            parts = [piece for piece in target.split("/") if piece not in ("", ".")] + parts
        return done

    @cached_property
    def _folders(self) -> set[str]:
        folders = {""}
        for path in self.sources:
            while (path := posixpath.dirname(path)) and path not in folders:
                folders.add(path)
        return folders

    @property
    def place(self) -> Place:
        """Where to report what concerns the repository as a whole: the first line of its README, else of its first file."""
        files = [source for source in self.sources.values() if source.mode in (REGULAR, EXECUTABLE)]
        readmes = [source for source in files if source.path.lower().startswith("readme")]
        return next(iter(readmes + files), Source(".", b"")).place()

    # -- views: what the files say. None where a file is absent, is not read by the build, or does not parse

    @cached_property
    def plan(self) -> Plan:
        """What repo2docker does with the repository."""
        from binderlint.plan import make_plan

        return make_plan(self)

    @cached_property
    def for_binder(self) -> bool:
        """Whether anything says that the repository is meant for Binder, or the user does."""
        if self.assume_binder or self.is_dir("binder") or self.is_dir(".binder"):
            return True
        if any(name in self.sources for name in ("postBuild", "runtime.txt", "apt.txt", "install.R")):
            return True
        environments = (
            "environment.yml",
            "environment.yaml",
            "requirements.txt",
            "Pipfile",
            "Project.toml",
            "DESCRIPTION",
        )
        if any(name in self.sources for name in environments) and any(
            path.endswith((".ipynb", ".Rmd")) for path in self.sources
        ):
            return True
        return bool(self.links)

    @cached_property
    def environment_file(self) -> Source | None:
        """environment.yml (or .yaml), if the build installs it."""
        return next((self.used(name) for name in ("environment.yml", "environment.yaml") if self.used(name)), None)

    @cached_property
    def environment(self) -> Table | None:
        """The mapping in environment.yml."""
        from binderlint.files.yaml import read

        value = read(self.environment_file).value if self.environment_file else None
        return value if isinstance(value, Table) else None

    @cached_property
    def pip_files(self) -> tuple[PipFile, ...]:
        """Everything pip reads in the build: requirements.txt, the `pip:` list of environment.yml, and what they include."""
        from binderlint.files.installs import pip_files

        return tuple(pip_files(self))

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every package that the build asks pip for."""
        return tuple(one for file in self.pip_files if not file.constraint for one in file.requirements)

    @cached_property
    def dockerfile(self) -> Dockerfile | None:
        """The Dockerfile, if the build is one with Docker."""
        from binderlint.files.dockerfile import read

        source = self.used("Dockerfile")
        return read(source) if source else None

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every launch link and badge image in the documentation, notebooks and configuration of the repository."""
        from binderlint.files.links import find_links

        return tuple(find_links(self))

    @cached_property
    def dask_configs(self) -> tuple[Config, ...]:
        """The configuration files and worker templates of dask."""
        from binderlint.files.dask import find_configs

        return tuple(find_configs(self))

    @cached_property
    def start(self) -> Script | None:
        """The script that runs at every launch, if there is one."""
        return self._script(self.plan.start)

    @cached_property
    def post_build(self) -> Script | None:
        """The script that runs at the end of the build, if there is one."""
        return self._script(self.plan.post_build)

    def _script(self, path: str | None) -> Script | None:
        from binderlint.files.script import Script

        source = self.get(path) if path else None
        return Script(source, self.get) if source else None

    def used(self, name: str) -> Source | None:
        """The configuration file of this name that the build or launch reads, by its place in the plan."""
        path = self.plan.path(name)
        return self.get(path) if self.plan.uses(path) else None

    # -- changing it

    def apply(self, edits: Iterable[Edit]) -> Repository:
        """The repository after edits. Raises `edits.EditError` when one cannot be made."""
        from binderlint.edits import apply

        return self.replace(apply(self.sources, edits).values())

    def replace(self, sources: Iterable[Source]) -> Repository:
        """The same repository with other tracked files."""
        kept = list(sources)
        paths = {source.path for source in kept}
        untracked = [source for path, source in self.untracked.items() if path not in paths]
        return Repository(
            kept + untracked,
            git=self.git,
            root=self.root,
            hub=self.hub,
            assume_binder=self.assume_binder,
            nothing_committed=self.nothing_committed,
        )


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
        return path.read_bytes()
    except OSError as error:
        raise RepositoryError(f"{path}: cannot be read: {error.strerror}") from error


def _blob_reader(top: Path, oid: str) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return read_blob(top, oid)
        except GitError as error:
            raise RepositoryError(f"{top}: {error}") from error

    return read
