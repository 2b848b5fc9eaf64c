"""Git LFS: the files that it stores, and those of which this clone has only the pointer."""

from __future__ import annotations

import os
import re

from binderlint.fact import fact
from binderlint.facts.rare_files import attribute_files
from binderlint.read.gitmodules import lfs_patterns
from binderlint.read.wildmatch import fits
from binderlint.repo2docker.mentions import says_what_is_installed
from binderlint.snapshot import Snapshot
from binderlint.source import GITLINK, SYMLINK, UNREAD, PointerError, Source, Text, unread
from binderlint.values import NamedTuple


class Stored(NamedTuple):
    """A pattern that gives files to Git LFS, as it is written, and the files of which it is the last word."""

    pattern: Text
    files: tuple[str, ...]


@fact
def stored_in_lfs(repo: Snapshot) -> tuple[Stored, ...]:
    """The patterns and files of Git LFS; none where .lfsconfig says that the files are not to be fetched."""
    settings = repo.get(".lfsconfig") if attribute_files(repo) else None
    if settings and (settings.mode == UNREAD or re.search(r"fetchexclude\s*=\s*\"?\*", settings.text)):
        return ()
    decided: dict[str, Text | None] = {}
    paths = [path for path, source in repo.sources.items() if source.mode not in (SYMLINK, GITLINK)]
    for source in sorted(attribute_files(repo), key=lambda one: one.path.count("/")):
        folder = os.fsencode(source.folder)
        for pattern, meant, is_lfs in lfs_patterns(source):
            for path in paths:
                if fits(meant, os.fsencode(path), folder):
                    decided[path] = pattern if is_lfs else None
    files: dict[Text, list[str]] = {}
    for path, last in decided.items():
        if last is not None:
            files.setdefault(last, []).append(path)
    found = (Stored(pattern, tuple(sorted(paths))) for pattern, paths in files.items())
    return tuple(sorted(found, key=lambda one: (one.pattern.place.path, one.pattern.place.span)))


def is_pointer(source: Source) -> bool:
    """Whether a file is what Git LFS leaves in its place."""
    return source.data.startswith(b"version https://git-lfs")


def without_pointers(repo: Snapshot) -> Snapshot:
    """The repository in which lists and scripts are not known of which only the pointer is here, since Binder's clone gets the files themselves."""
    paths = (path for one in stored_in_lfs(repo) for path in one.files)
    sources = (repo.sources[path] for path in paths if says_what_is_installed(path.rpartition("/")[2]))
    hidden = {one.path for one in sources if one.mode != UNREAD and is_pointer(one)}
    if not hidden:
        return repo
    reason = "Git LFS stores it, and only its pointer is here"
    return repo.replace(
        unread(PointerError(path, reason)) if path in hidden else source for path, source in repo.sources.items()
    )
