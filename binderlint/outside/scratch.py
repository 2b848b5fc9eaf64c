"""Scratch: a temporary folder away from the repository, with a copy of what Binder gets of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, RepositoryError, Source, decode_path
from binderlint.values import NamedTuple


class Scratch(NamedTuple):
    """The folders of a trial. All are removed at its end."""

    copy: Path
    """The copy of the repository."""
    empty: Path
    """A folder without anything in it."""
    root: Path
    """Where environments are made."""
    left: tuple[str, ...]
    """The paths that were not copied: submodules, files whose content is not known, links that lead nowhere inside."""


@contextmanager
def scratch_for(repo: Snapshot, original: Path, executables: tuple[str, ...]) -> Iterator[Scratch]:
    """A temporary folder with a copy of the tracked files of a repository; `executables` are made executable, as repo2docker does.

    Raises RepositoryError where none can be made, or only inside of the repository.
    """
    place = os.path.realpath(gettempdir())
    if Path(place).is_relative_to(original):
        raise RepositoryError(
            f"The folder for temporary files, {place}, is in the repository. Set TMPDIR to a folder somewhere else"
        )
    try:
        folder = TemporaryDirectory(prefix="binderlint-", ignore_cleanup_errors=True)
    except OSError as error:
        raise RepositoryError(f"No temporary folder can be made: {error.strerror}") from error
    with folder as name:
        root = Path(os.path.realpath(name))
        copy, empty = root / "repository", root / "empty"
        try:
            copy.mkdir()
            empty.mkdir()
            left = tuple(_copied(repo, copy, executables))
        except OSError as error:
            raise RepositoryError(f"The repository cannot be copied: {error.strerror}: {error.filename}") from error
        yield Scratch(copy, empty, root, left)


def _copied(repo: Snapshot, copy: Path, executables: tuple[str, ...]) -> Iterator[str]:
    """Copy, the links last, so that nothing is written through one; yield what is left out."""
    links: list[Source] = []
    for source in repo.sources.values():
        if source.mode in (REGULAR, EXECUTABLE):
            file = copy / source.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.data)
            if source.mode == EXECUTABLE or source.path in executables:
                file.chmod(0o755)
        elif source.mode == SYMLINK and repo.exists(source.path):
            links.append(source)
        else:
            if source.mode == GITLINK:
                (copy / source.path).mkdir(parents=True, exist_ok=True)
            yield source.path
    for source in links:
        link = copy / source.path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(decode_path(source.data))
