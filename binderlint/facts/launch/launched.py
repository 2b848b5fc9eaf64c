"""Launched: whether the launch links and buttons of a repository launch the files that are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from binderlint.facts.launch.buttons import LaunchConfig, launch_configs
from binderlint.facts.launch.links import Link, launch_links
from binderlint.git import hosted_name
from binderlint.read.address import KNOWN_HOSTS, MYBINDER, is_template
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import ONLY_BINDERS
from binderlint.snapshot import Snapshot

# Files that stand in the root of a project.
_OF_PROJECT = ("LICENSE", "LICENSE.md", "LICENSE.txt", "COPYING", "setup.py", ".travis.yml", ".gitmodules")


def own_links(repo: Snapshot) -> list[Link]:
    """The links that launch this repository; all launch links where its name is not known."""
    links = [link for link in launch_links(repo) if link.launches and link.live]
    return [link for link in links if link.launches_repository(repo)] if repo.git.origin else links


def launched_elsewhere(repo: Snapshot) -> bool:
    """Whether something is launched, and never these files, but another branch or another repository."""
    links = (link for link in launch_links(repo) if link.launches and link.live)
    if all(_is_of_another_project(repo, link) for link in links) and not launch_configs(repo):
        return False
    refs = launched_refs(repo)
    if not refs:
        configured = build_plan(repo).binder_dir or any(repo.get(name) for name in (*ONLY_BINDERS, "runtime.txt"))
        return not configured
    return all(_is_other_ref(repo, ref) for ref in refs)


def launched_refs(repo: Snapshot) -> tuple[str, ...]:
    """The branches, tags and commits of this repository that are launched, each once; an empty name is the default branch, or one that a program writes."""
    links = ["" if is_template(link.address.branch) else link.address.branch for link in own_links(repo)]
    return tuple(dict.fromkeys([*links, *_own_branches(repo)]))


def fetching_repositories(repo: Snapshot) -> tuple[str, ...]:
    """The repositories that are launched in place of this one, which nbgitpuller then fetches into the session, such as `owner/name`; none where this one is launched, too."""
    _, _, name = repo.git.origin.lower().partition("/")
    if not name or launched_refs(repo):
        return ()
    links = [link for link in launch_links(repo) if link.launches and link.live and "git-pull" in link.url]
    fetching = (
        link for link in links if re.search(rf"/{re.escape(name)}(?![\w.-])", unquote(unquote(link.url.lower())))
    )
    return tuple(dict.fromkeys(link.address.repo for link in fetching))


def _is_of_another_project(repo: Snapshot, link: Link) -> bool:
    """Whether a link is in a folder that holds a project of its own, a copy of another repository."""
    folders = folder.split("/") if (folder := link.url.place.source.folder) else []
    above = ("/".join(folders[:number]) for number in range(1, len(folders) + 1))
    return any(repo.get(f"{one}/{name}") for one in above for name in _OF_PROJECT)


def _own_branches(repo: Snapshot) -> Iterator[str]:
    """The branches that launch buttons name for this repository. Jupyter Book shows one on notebooks only, whatever its settings say."""
    notebooks = any(path.endswith(".ipynb") for path in repo.sources)
    for config in launch_configs(repo):
        if config.tool == "Jupyter Book" and not notebooks:
            continue
        if not _is_of_another(config, repo.git.origin):
            yield str(config.branch or "")


def _is_of_another(config: LaunchConfig, origin: str) -> bool:
    """Whether a launch button names another repository, by its address or as `owner/name`, than the origin, `gh/owner/name`."""
    written = str(config.repository or "")
    identity = hosted_name(written) or (f"gh/{written}" if written.count("/") == 1 else "")
    return bool(identity and origin) and identity.lower() != origin.lower()


def _is_other_ref(repo: Snapshot, ref: str) -> bool:
    """Whether a ref is a branch, tag or commit other than the one whose files these are."""
    git = repo.git
    if ref in ("", "HEAD", git.branch, git.default_branch, git.commit):
        return False
    return ref in git.refs or ref not in ("main", "master")


def environment_elsewhere(repo: Snapshot) -> bool:
    """Whether the notebooks of a repository run in the environment of another one: its links or launch buttons launch that, and none launches this."""
    if launched_elsewhere(repo):
        return True
    named = [config for config in launch_configs(repo) if config.repository]
    return bool(named) and all(_is_of_another(one, repo.git.origin) for one in named) and not own_links(repo)


def is_for_other_hubs(repo: Snapshot) -> bool:
    """Whether the repository is launched on hubs of its own only, of which nothing is known."""
    if repo.hub != MYBINDER:
        return False
    hosts = {link.address.hub for link in launch_links(repo) if link.launches and link.live}
    return bool(hosts) and not hosts & KNOWN_HOSTS
