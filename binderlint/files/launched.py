"""Launched: whether the launch links of a repository launch the files that are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.files.links import Link
    from binderlint.repository import Repository

# Files that show that the repository is meant to be built as it is.
_CONFIGURES = ("postBuild", "apt.txt", "install.R", "runtime.txt")


def own_links(repo: Repository) -> list[Link]:
    """The links that launch this repository; all launch links where its name is not known."""
    links = [link for link in repo.links if link.launches and link.live]
    return [link for link in links if link.launches_repository(repo)] if repo.git.origin else links


def launched_elsewhere(repo: Repository) -> bool:
    """Whether there are launch links and none of them launches these files, but another branch or another repository."""
    if not any(link.launches and link.live for link in repo.links):
        return False
    own = own_links(repo)
    if not own:
        configured = repo.plan.binder_dir or any(repo.get(name) for name in _CONFIGURES)
        return not configured
    return all(is_other_ref(repo, link) for link in own)


def is_other_ref(repo: Repository, link: Link) -> bool:
    """Whether a link names a branch, tag or commit other than the one whose files these are."""
    git, ref = repo.git, link.address.branch
    if ref in ("", "HEAD", git.branch, git.default_branch):
        return False
    return ref in git.refs or ref not in ("main", "master")


def environment_elsewhere(repo: Repository) -> bool:
    """Whether the notebooks of a repository run in the environment of another one: its links or launch buttons launch that, and none launches this."""
    if launched_elsewhere(repo):
        return True
    named = [str(config.repository) for config in repo.launch_configs if config.repository]
    others = [name for name in named if not _names(name, repo.git.origin)]
    return bool(others) and len(others) == len(named) and bool(repo.git.origin) and not own_links(repo)


def _names(address: str, origin: str) -> bool:
    """Whether the address or `owner/name` of a repository is that of the origin, `gh/owner/name`."""
    path = address.lower().removesuffix("/").removesuffix(".git")
    return path.endswith(origin.partition("/")[2].lower())
