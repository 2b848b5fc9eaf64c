"""What git knows: the index, refs and the origin, read from git's own files, and from git itself for forms rarer than these."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from binderlint.pattern import regex

_ORIGIN = regex(r"\s*\[remote \"origin\"\]\s*$")
_URL = regex(r"\s*url\s*=\s*(\S+)")
_HOSTED = regex(
    r"(?:https?://(?:[^/@]*@)?|git://|ssh://[\w.-]+@|[\w.-]+@)(github\.com|gitlab\.com)(?::\d+)?[:/](.+?)(?:\.git)?/?$",
    re.I,
)


class Entry(NamedTuple):
    """A line of the index or of a tree: path from the top of the work tree, git mode, object id."""

    path: str
    mode: int
    oid: str


class Git(NamedTuple):
    """What is known of the repository beyond its files. Empty values mean unknown, never "there are none"."""

    origin: str = ""
    """The repository as BinderHub names it, `gh/owner/name` or `gl/group/name`."""
    branch: str = ""
    """The branch that is checked out."""
    default_branch: str = ""
    """What `origin/HEAD` points to."""
    refs: frozenset[str] = frozenset()
    """Names of the branches (local, and those of origin) and tags."""
    objects: int = 0
    """Bytes of the whole history as git stores it; 0 where only the clone on disk can tell (`object_bytes`)."""
    complete: bool = False
    """Whether `refs` is all there is: false in a shallow clone, and where only one branch was fetched."""


class GitError(Exception):
    """git could not answer; the message is git's own first line."""


def run(top: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """What a git command prints. Raises GitError."""
    import subprocess

    try:
        done = subprocess.run(["git", *arguments], cwd=top, input=stdin, capture_output=True, check=False)
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(lines[0] if lines else f"git {arguments[0]} failed")
    return done.stdout


def blob_id(data: bytes) -> str:
    """The name that git gives to a file's content (in repositories with SHA-1)."""
    import hashlib

    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def find_top(folder: Path) -> Path | None:
    """The top of the git work tree that a folder lies in, None outside of one."""
    for candidate in (folder, *folder.parents):
        if git_folder(candidate):
            return candidate
    return None


def git_folder(top: Path) -> Path | None:
    """The folder that holds the index and HEAD of a work tree; a file `.git` names it (worktrees and submodules)."""
    dot_git = top / ".git"
    if dot_git.is_dir():
        return dot_git if (dot_git / "HEAD").exists() else None
    try:
        pointer = dot_git.read_text(errors="replace")
    except OSError:
        return None
    folder = top / pointer.removeprefix("gitdir:").strip()
    return folder if pointer.startswith("gitdir:") and folder.is_dir() else None


def read_index(top: Path, folder: Path) -> list[Entry]:
    """The entries of the index, as `git ls-files --stage` gives them. Raises GitError."""
    try:
        data = (folder / "index").read_bytes()
    except FileNotFoundError:
        return []
    entries = parse_index(data)
    if entries is not None:
        return entries
    listing = run(top, "ls-files", "--stage", "-z", "--full-name", ":/")
    return [
        Entry(os.fsdecode(path), int(fields.split()[0], 8), fields.split()[1].decode())
        for fields, _, path in (line.partition(b"\t") for line in listing.split(b"\0") if line)
    ]


def parse_index(data: bytes) -> list[Entry] | None:
    """Entries of an index of version 2 or 3 with SHA-1 names; None for any other (git's Documentation/gitformat-index)."""
    version, count = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
    if data[:4] != b"DIRC" or version not in (2, 3):
        return None
    entries, offset = [], 12
    for _ in range(count):
        flags = int.from_bytes(data[offset + 60 : offset + 62], "big")
        start = offset + 62 + (2 if version == 3 and flags & 0x4000 else 0)
        end = data.find(b"\0", start)
        if end < 0:
            return None
        mode = int.from_bytes(data[offset + 24 : offset + 28], "big")
        if mode == 0o040000:  # a sparse index
            return None
        entries.append(Entry(os.fsdecode(data[start:end]), mode, data[offset + 40 : offset + 60].hex()))
        offset += (end - offset + 8) // 8 * 8
    # extensions: a split index ("link") holds only a part of the entries; a SHA-256 index does not end where SHA-1 would
    while offset < len(data) - 20:
        if data[offset : offset + 4] == b"link":
            return None
        offset += 8 + int.from_bytes(data[offset + 4 : offset + 8], "big")
    return entries if offset == len(data) - 20 else None


def read_tree(top: Path, ref: str) -> list[Entry]:
    """The files of a commit. Raises GitError, also for a ref that does not exist."""
    commit = resolve(top, ref)
    listing = run(top, "ls-tree", "-r", "-z", "--full-tree", commit)
    entries = []
    for line in listing.split(b"\0"):
        if line:
            fields, _, path = line.partition(b"\t")
            mode, _, oid = fields.decode().split()
            entries.append(Entry(os.fsdecode(path), int(mode, 8), oid))
    return entries


def resolve(top: Path, ref: str) -> str:
    """The commit of a ref, also of a branch that only origin has. Raises GitError."""
    for name in (ref, f"origin/{ref}"):
        try:
            return (
                run(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
            )
        except GitError:
            continue
    raise GitError(f"no branch, tag or commit `{ref}`")


def read_blob(top: Path, oid: str) -> bytes:
    """The content of a blob. Raises GitError."""
    return run(top, "cat-file", "blob", oid)


def read_git(top: Path, folder: Path) -> Git:
    """Origin, branches and tags of a repository; never raises, unknown is empty."""
    common = folder
    try:
        common = folder / (folder / "commondir").read_text().strip()
    except OSError:
        pass
    refs, head = _read_refs(common), _symbolic(folder / "HEAD", "refs/heads/")
    names = {
        ref.removeprefix(prefix)
        for ref in refs
        for prefix in ("refs/heads/", "refs/tags/", "refs/remotes/origin/")
        if ref.startswith(prefix)
    }
    config = _read(common / "config")
    every_branch = (
        "+refs/heads/*:refs/remotes/origin/*" in config
        and "--no-tags" not in config
        and any(r.startswith("refs/remotes/origin/") for r in refs)
    )
    return Git(
        origin=hosted_name(_origin_url(config)),
        branch=head,
        default_branch=_symbolic(common / "refs/remotes/origin/HEAD", "refs/remotes/origin/"),
        refs=frozenset(names - {"HEAD"}),
        complete=every_branch
        and "--no-tags" not in config
        and not (common / "shallow").exists()
        and not (common / "reftable").is_dir(),
    )


def object_bytes(folder: Path) -> int:
    """Bytes of all objects of a clone, with those it borrows; 0 for a shallow clone, which does not have them all."""
    common = folder
    try:
        common = folder / (folder / "commondir").read_text().strip()
    except OSError:
        pass
    if (common / "shallow").exists():
        return 0
    stores = [common / "objects", *map(Path, _read(common / "objects/info/alternates").split())]
    return sum(_store_bytes(store) for store in stores)


def _store_bytes(store: Path) -> int:
    total = 0
    for parent, folders, names in os.walk(store):
        folders[:] = [name for name in folders if len(name) == 2 or name == "pack"]
        wanted = [name for name in names if name.endswith(".pack") or Path(parent).name != "pack"]
        for name in wanted if Path(parent) != store else ():
            try:
                total += os.stat(Path(parent, name)).st_size
            except OSError:
                continue
    return total


def hosted_name(url: str) -> str:
    """`gh/owner/name` or `gl/group/name` of a clone address, `""` for other hosts."""
    found = _HOSTED.match(url)
    if not found:
        return ""
    return f"{'gh' if found[1].lower() == 'github.com' else 'gl'}/{found[2]}"


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _symbolic(path: Path, prefix: str) -> str:
    target = _read(path).strip()
    return target.removeprefix(f"ref: {prefix}") if target.startswith(f"ref: {prefix}") else ""


def _origin_url(config: str) -> str:
    inside = False
    for line in config.splitlines():
        if line.lstrip().startswith("["):
            inside = bool(_ORIGIN.match(line))
        elif inside and (found := _URL.match(line)):
            return found[1]
    return ""


def _read_refs(common: Path) -> set[str]:
    refs = {
        line.split(" ", 1)[1].strip()
        for line in _read(common / "packed-refs").splitlines()
        if line and line[0] not in "#^" and " " in line
    }
    for folder, _, names in os.walk(common / "refs"):
        for name in names:
            refs.add(Path(folder, name).relative_to(common).as_posix())
    return refs
