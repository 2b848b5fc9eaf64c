"""Remote repositories: `gh:owner/name@ref` and launch links, fetched with git into a folder that goes away by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from binderlint.outside.git import Git, GitError, find_top, git_folder, read_git, read_tree, resolve, run
from binderlint.pattern import regex
from binderlint.snapshot import RepositoryError
from binderlint.source import Source

if TYPE_CHECKING:
    from binderlint.hubs import Hub
    from binderlint.outside.worktree import Contents
    from binderlint.repository import Repository

_SHORT = regex(r"(gh|gl):([\w.-]+(?:/[\w.-]+)+)(?:@(.+))?")
_HOSTS = {"gh": "https://github.com", "gl": "https://gitlab.com"}


class Remote(NamedTuple):
    """A repository on the web at one ref, as BinderHub would build it."""

    url: str
    """What git fetches from."""
    ref: str
    identity: str
    """`gh/owner/name` or `gl/group/name`, empty for one that is hosted elsewhere."""


def find_remote(target: str) -> Remote | None:
    """What an argument of the command line refers to; None for anything but `gh:`, `gl:` and launch links. Raises RepositoryError."""
    if short := _SHORT.fullmatch(target):
        host, name, ref = short[1], short[2].removesuffix(".git"), short[3]
        return Remote(f"{_HOSTS[host]}/{name}", ref or "HEAD", f"{host}/{name}")
    if not target.startswith(("http://", "https://")):
        return None
    from binderlint.files.launch import Route, parse

    address = parse(target)
    if address is None or address.route not in (Route.LAUNCH, Route.LEGACY):
        raise RepositoryError(f"{target}: not a launch link, such as https://mybinder.org/v2/gh/owner/name/HEAD")
    if address.route is Route.LEGACY:
        return Remote(f"{_HOSTS['gh']}/{unquote(address.repo)}", "master", address.identity)
    if not address.ref:
        raise RepositoryError(f"{target}: the link names no branch, tag or commit, so BinderHub refuses it")
    if address.provider in _HOSTS:
        name = unquote(address.repo).removesuffix(".git")
        return Remote(f"{_HOSTS[address.provider]}/{name}", address.branch, address.identity)
    if address.provider == "git":
        return Remote(unquote(address.repo), address.branch, address.identity)
    raise RepositoryError(f"{target}: `{address.provider}` is no git repository, so there is nothing to fetch")


def open_remote(
    remote: Remote, here: Path, *, hub: str | Hub = "mybinder.org", assume_binder: bool = False
) -> Repository:
    """The repository at its ref: from the git repository around a folder where that is the same one and knows the ref, else fetched.

    Raises RepositoryError.
    """
    from binderlint.repository import Repository

    if local := _known_here(here, remote):
        return Repository.from_ref(local, remote.ref, hub=hub, assume_binder=assume_binder)
    return Repository(**fetch(remote)._asdict(), hub=hub, assume_binder=assume_binder)


def _known_here(here: Path, remote: Remote) -> Path | None:
    top = find_top(here)
    folder = git_folder(top) if top else None
    if top is None or folder is None or not remote.identity or remote.ref == "HEAD":
        return None
    if read_git(top, folder).origin.lower() != remote.identity.lower():
        return None
    try:
        resolve(top, remote.ref)
    except GitError:
        return None
    return top


def fetch(remote: Remote) -> Contents:
    """The files of a remote repository at its ref, as BinderHub resolves it. Raises RepositoryError."""
    import tempfile

    from binderlint.outside.worktree import Contents

    folder = tempfile.TemporaryDirectory(prefix="binderlint-")
    top = Path(folder.name)
    try:
        run(top, "init", "--quiet", "--bare")
        _fetch(top, remote)
        entries = read_tree(top, "FETCH_HEAD")
        wanted = "\n".join(entry.oid for entry in entries if entry.mode != 0o160000)
        contents = _read_all(run(top, "cat-file", "--batch", stdin=wanted.encode() + b"\n")) if wanted else {}
    except GitError as error:
        raise RepositoryError(f"{remote.url}: {error}") from error
    finally:
        folder.cleanup()
    sources = [Source(entry.path, contents.get(entry.oid, b""), entry.mode) for entry in entries]
    return Contents(sources, Git(origin=remote.identity))


def _fetch(top: Path, remote: Remote) -> None:
    """One commit. A missing master or main becomes HEAD, as in BinderHub (builder.py)."""
    if remote.ref.startswith("-") or remote.url.startswith("-"):
        raise GitError("not a name git knows")
    try:
        run(top, "fetch", "--quiet", "--depth=1", "--no-tags", remote.url, remote.ref)
    except GitError:
        if remote.ref not in ("master", "main"):
            raise
        run(top, "fetch", "--quiet", "--depth=1", "--no-tags", remote.url, "HEAD")


def _read_all(answer: bytes) -> dict[str, bytes]:
    """Contents by object id, from what `git cat-file --batch` prints."""
    contents, offset = {}, 0
    while offset < len(answer):
        end = answer.index(b"\n", offset)
        oid, _, size = answer[offset:end].split()
        offset = end + 1 + int(size)
        contents[oid.decode()] = answer[end + 1 : offset]
        offset += 1
    return contents
