"""Git: what git knows of a repository beside its files, and how it says that it does not."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.source import RepositoryError
from binderlint.values import NamedTuple


class GitError(RepositoryError):
    """A question to git has no answer; the message is for the user."""


class UnknownRefError(GitError):
    """A repository has no such branch, tag or commit."""


class NoAnswerError(GitError):
    """git says by its exit code that there is no such thing."""


class MissingError(GitError):
    """An object is not in the store, as in a partial clone."""


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
    """Bytes of the whole history as git stores it; 0 where only the clone on disk can tell (`Clone.history_bytes`)."""
    complete: bool = False
    """Whether `refs` is all there is: false in a shallow clone, and where only one branch was fetched."""
    commit: str = ""
    """The commit that is checked out, or that the files are from."""


_HOSTED = regex(
    r"(?:https?://(?:[^/@]*@)?|git://|ssh://[\w.-]+@|[\w.-]+@)(github\.com|gitlab\.com)(?::\d+)?[:/](.+?)(?:\.git)?/?$",
    re.I,
)


def hosted_name(url: str) -> str:
    """`gh/owner/name` or `gl/group/name` of a clone address, `""` for other hosts."""
    for start, kind in (("https://github.com/", "gh"), ("https://gitlab.com/", "gl")):
        name = url.removeprefix(start).removesuffix("/").removesuffix(".git")
        if url.startswith(start) and name:
            return f"{kind}/{name}"
    found = _HOSTED.match(url) if url else None
    if not found:
        return ""
    return f"{'gh' if found[1].lower() == 'github.com' else 'gl'}/{found[2]}"
