"""Objects: the commits, trees and blobs of a repository, from git, which sees nothing of it but them."""

from __future__ import annotations

import re

from binderlint.git import GitError, NoAnswerError, UnknownRefError
from binderlint.outside.dotgit import Entry, GitFolder, Store, find_ref, find_store
from binderlint.outside.git import LOCAL, ask
from binderlint.pattern import regex
from binderlint.source import decode_path
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

_ID = regex(r"[0-9a-f]{4,64}")
_COMMITTER = regex(rb"^committer .*> (\d{1,12}) [+-]\d{4}$", re.MULTILINE)
_NAME = regex(r"([^\^~]*)((?:[\^~]\d*)*)")
_LISTING = LOCAL._replace(output=100_000_000)  # about a million files; a tree that repeats itself has any number


def resolve(place: GitFolder, ref: str) -> str:
    """The commit of a branch, also of one that only origin has, of a tag or an id, with `~2` or `^` behind it. Raises GitError; UnknownRefError."""
    store = find_store(place)
    found = _NAME.fullmatch(ref)
    name, way = (found[1], found[2]) if found else (ref, "")
    for oid in (find_ref(place, name), find_ref(place, f"origin/{name}"), name if _ID.fullmatch(name) else ""):
        if oid and (commit := _commit(store, oid + way)):
            return commit
    if (place.common / "reftable").is_dir():
        raise UnknownRefError(
            f"`{ref}` cannot be looked up, since this repository keeps its refs as a reftable: give the id of a commit"
        )
    raise UnknownRefError(f"no branch, tag or commit `{ref}`")


def commit_time(place: GitFolder, commit: str) -> datetime.datetime:
    """When a commit, given by its id, was made, in UTC. Raises GitError."""
    import datetime

    head = ask(find_store(place), "cat-file", "commit", commit).partition(b"\n\n")[0]
    found = _COMMITTER.search(head)
    try:
        seconds = int(found[1] if found else b"")
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError) as error:
        raise GitError(f"the commit {commit[:12]} does not say when it was made") from error


def _commit(store: Store, name: str) -> str:
    try:
        return ask(store, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
    except NoAnswerError:
        return ""


def read_tree(store: Store, commit: str) -> list[Entry]:
    """The files of a commit. Raises GitError."""
    entries = []
    for line in ask(store, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, bounds=_LISTING).split(b"\0"):
        if line:
            fields, _, path = line.partition(b"\t")
            mode, _, oid, size = fields.decode().split()
            entries.append(Entry(decode_path(path), int(mode, 8), oid, int(size) if size.isdigit() else -1))
    return entries
