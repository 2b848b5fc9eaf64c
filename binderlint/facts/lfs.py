"""Git LFS: the files that it stores, and those of which this clone has only the pointer."""

from __future__ import annotations

import os
import re

from binderlint.fact import fact
from binderlint.facts.rare_files import attribute_files
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
    if not attribute_files(repo):
        return ()
    from binderlint.read.gitmodules import lfs_patterns
    from binderlint.read.wildmatch import Paths

    settings = repo.get(".lfsconfig")
    if settings and (settings.mode == UNREAD or re.search(r"fetchexclude\s*=\s*\"?\*", settings.text)):
        return ()
    filters = [(source, list(lfs_patterns(source))) for source in attribute_files(repo)]
    if not any(is_lfs for _, patterns in filters for *_, is_lfs in patterns):
        return ()
    decided: dict[str, Text | None] = {}
    paths = {os.fsencode(path): path for path, one in repo.sources.items() if one.mode not in (SYMLINK, GITLINK)}
    known = Paths(paths)
    for source, patterns in sorted(filters, key=lambda one: one[0].path.count("/")):
        latest = {meant: number for number, (_, meant, _) in enumerate(patterns)}  # a pattern may be there twice
        inside = known.inside(os.fsencode(source.folder))
        for number, (pattern, meant, is_lfs) in enumerate(patterns):
            for path in inside.fitting(meant) if latest[meant] == number else ():
                decided[paths[path]] = pattern if is_lfs else None
    files: dict[Text, list[str]] = {}
    for name, last in decided.items():
        if last is not None:
            files.setdefault(last, []).append(name)
    found = (Stored(pattern, tuple(sorted(names))) for pattern, names in files.items())
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
