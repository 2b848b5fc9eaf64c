"""Remote repositories: `gh:owner/name@ref`, their pages on GitHub and GitLab, and launch links, fetched with git into a folder that goes away by itself."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from binderlint.git import Git, GitError, UnknownRefError
from binderlint.outside import git
from binderlint.outside.clone import Commit
from binderlint.outside.dotgit import Store, find_git, is_partial, is_ref_name, read_git
from binderlint.outside.git import FETCH, Blobs, Bounds
from binderlint.outside.objects import read_tree, resolve
from binderlint.outside.worktree import Contents, below, blob_sources, total_bytes
from binderlint.pattern import regex
from binderlint.read.secrets import masked
from binderlint.source import RepositoryError
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from binderlint.lint.hubs import Hub
    from binderlint.snapshot import Snapshot

_SHORT = regex(r"(gh|gl):([\w.-]+(?:/[\w.-]+)+)(?:@(.+))?")
_PAGE = regex(
    r"https?://(?:www\.)?(?:(github)\.com/([\w.-]+/[\w.-]+?)|gitlab\.com/([\w.-]+(?:/[\w.-]+)+?))(?:\.git)?(?:/(?:-/)?tree/(.+?))?/?"
)
_HOSTS = {"gh": "https://github.com", "gl": "https://gitlab.com"}
_PROTOCOL = regex(r"([A-Za-z][\w+.-]*)(?:://|::)")
_PROTOCOLS = ("https", "http", "git")


class Remote(NamedTuple):
    """A repository on the web at one ref, as BinderHub would build it."""

    url: str
    """What git fetches from."""
    ref: str
    identity: str
    """`gh/owner/name` or `gl/group/name`, empty for one that is hosted elsewhere."""
    subdir: str = ""
    """The folder of it that is to be looked at by itself, empty for the whole."""

    @property
    def name(self) -> str:
        """What it is called in messages: `gh:owner/name`, with `@ref` where that is not HEAD."""
        return (self.identity.replace("/", ":", 1) or masked(self.url)) + ("" if self.ref == "HEAD" else f"@{self.ref}")


def find_remote(target: str) -> Remote | None:
    """What an argument of the command line refers to; None for anything but `gh:`, `gl:`, and addresses of pages and launch links. Raises RepositoryError."""
    remote = _named(target)
    if remote is not None and (problem := _problem(remote)):
        raise RepositoryError(f"{masked(target)}: {problem}")
    return remote


def _problem(remote: Remote) -> str:
    """Why this is not fetched, empty where it is. What is refused here is what Binder cannot fetch either."""
    kind = _PROTOCOL.match(remote.url)
    scheme = kind[1].lower() if kind else ""
    if scheme == "file" or remote.url.startswith(("/", ".")):
        return "Binder cannot fetch from a folder on this computer. Check the folder itself: `binderlint FOLDER`"
    if "ssh" in scheme or (kind is None and "@" in remote.url):
        return "Binder cannot fetch over ssh, since it has no keys. Check a clone of the repository instead: `binderlint FOLDER`"
    if kind is None or scheme not in _PROTOCOLS:
        return "Binder cannot fetch from such an address"
    names = remote.url[kind.end() :].split("/")
    if not names[0] or any(name in (".", "..") or name.startswith("-") or not name.isprintable() for name in names):
        return "this is not the address of a repository"
    return "" if is_ref_name(remote.ref) else f"`{remote.ref}` cannot be the name of a branch, tag or commit"


def _named(target: str) -> Remote | None:
    if target.startswith(("gh:", "gl:")) and (short := _SHORT.fullmatch(target)):
        host, name, ref = short[1], short[2].removesuffix(".git"), short[3]
        return Remote(f"{_HOSTS[host]}/{name}", ref or "HEAD", f"{host}/{name}")
    if not target.startswith(("http://", "https://")):
        return None
    if page := _PAGE.fullmatch(target):
        host, name = ("gh", page[2]) if page[1] else ("gl", page[3])
        return Remote(f"{_HOSTS[host]}/{name}", unquote(page[4] or "HEAD"), f"{host}/{name}")
    from binderlint.read.address import Route, parse_address

    address = parse_address(target)
    if address is None or address.route not in (Route.LAUNCH, Route.LEGACY):
        raise RepositoryError(
            f"{masked(target)}: neither a repository on GitHub or GitLab, nor a launch link such as https://mybinder.org/v2/gh/owner/name/HEAD"
        )
    if address.route is Route.LEGACY:
        return Remote(f"{_HOSTS['gh']}/{unquote(address.repo)}", "master", address.identity)
    if not address.ref:
        raise RepositoryError(f"{target}: the link names no branch, tag or commit, so BinderHub refuses it")
    if address.provider in _HOSTS:
        name = unquote(address.repo).removesuffix(".git")
        return Remote(f"{_HOSTS[address.provider]}/{name}", address.branch, address.identity)
    if address.provider == "git":
        return Remote(unquote(address.repo), address.branch, address.identity)
    raise RepositoryError(f"{target}: `{address.provider}` is not a git repository, so there is nothing to fetch")


def open_remote(remote: Remote, here: Path, *, hub: str | Hub = "mybinder.org") -> Snapshot:
    """The repository at its ref: from the git repository around a folder where that is the same one and knows the ref, else fetched.

    Raises RepositoryError.
    """
    from binderlint.snapshot import Snapshot

    if local := _known_here(here, remote):
        return Snapshot.from_ref(local / remote.subdir, remote.ref, hub=hub)
    return Snapshot(**fetch(remote)._asdict(), hub=hub)


def _known_here(here: Path, remote: Remote) -> Path | None:
    """The repository around a folder, where it is the remote one and has all of its files at the ref."""
    if not remote.identity or remote.ref == "HEAD":
        return None
    try:
        place = find_git(here)
        if place is None or read_git(place).origin.lower() != remote.identity.lower() or is_partial(place):
            return None
        resolve(place, remote.ref)
    except GitError:
        return None
    return place.top


def fetch(remote: Remote, bounds: Bounds = FETCH) -> Contents:
    """The files of a remote repository at its ref, as BinderHub resolves it. Raises RepositoryError.

    What is fetched is in a temporary folder, which goes when nobody can ask for a file any more, and at the latest with the program.
    """
    from tempfile import TemporaryDirectory

    shown = masked(remote.url)
    try:
        folder = TemporaryDirectory(prefix="binderlint-", ignore_cleanup_errors=True)
    except OSError as error:
        raise RepositoryError(f"{shown}: no temporary folder can be made: {error.strerror}") from error
    store = Store(Path(folder.name))
    blobs = Blobs(store, folder=folder)
    try:
        commit = _fetch(remote, store, bounds)
        entries = below(read_tree(store, commit), remote.subdir)
    except GitError as error:
        folder.cleanup()
        raise RepositoryError(f"{shown}: {masked(str(error))}") from error
    known = Git(origin="" if remote.subdir else remote.identity, commit=commit)
    return Contents(blob_sources(entries, blobs), known, Commit(None, total_bytes(entries)))


def _fetch(remote: Remote, store: Store, bounds: Bounds) -> str:
    """One commit. A missing master or main becomes HEAD, as in BinderHub (builder.py)."""
    try:
        return git.fetch(remote.url, remote.ref, store, bounds)
    except UnknownRefError:
        if remote.ref not in ("master", "main"):
            raise UnknownRefError(f"there is no branch, tag or commit `{remote.ref}`") from None
    return git.fetch(remote.url, "HEAD", store, bounds)
