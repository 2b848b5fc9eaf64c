"""Refs of launch links: whether the repository has the branch or tag that a link names, and whether that is the state at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.launch.links import Link, live_launches
from binderlint.pattern import regex
from binderlint.read.address import HOSTED, is_sample_ref, is_template, web_address
from binderlint.read.digits import release
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text
from binderlint.values import NamedTuple

# What stands before a branch in the addresses of GitHub's and GitLab's own pages.
PASTED = regex(r"(?:tree|blob|raw|edit)(?:/|$)")
USUAL = ("master", "main")

_FILE = regex(r"/[^/]*\.(?:ipynb|md|py|[Rr]md|jl|[Rr])$")
_COMMIT = regex(r"[0-9a-f]{7,40}")
_VERSION = regex(r"v?\.?(\d+(?:\.\d+)+)")


def names_a_file(ref: str) -> bool:
    """Whether a ref is no branch or tag but a piece of a web address or a path: `tree/main`, `main/a.ipynb`."""
    return bool(PASTED.match(ref) or ("/" in ref and _FILE.search(ref)))


def is_gone(link: Link, repo: Snapshot) -> bool:
    """Whether a link launches this repository, and the clone knows that it has no such branch or tag.

    It does not know in a shallow clone, or one of a single branch; nor whether a version newer than all is about to be released.
    """
    return repo.git.complete and link.launches_repository(repo) and is_missing(link, repo.git.refs)


def is_missing(link: Link, refs: frozenset[str]) -> bool:
    """Whether a link names a branch or tag that is not among those of its repository."""
    ref = link.address.branch
    if _is_known(ref, refs) or is_sample_ref(ref) or names_a_file(ref) or _is_web_address(link):
        return False
    return not _is_release_to_come(ref, refs) and (ref in USUAL or len(refs) > 1)


def is_this_state(link: Link, repo: Snapshot) -> bool:
    """Whether a link launches the files at hand, or would if its ref were right: the default branch, or the one that is checked out."""
    ref = link.address.branch
    if not link.launches_repository(repo) or is_template(ref):
        return False
    if ref in ("", "HEAD", repo.git.branch, repo.git.default_branch) or _is_web_address(link) or is_gone(link, repo):
        return True
    return names_a_file(ref) and ref not in repo.git.refs


class Opened(NamedTuple):
    """What a link opens with `urlpath`, as written and as the server gets it."""

    value: Text
    decoded: str


@fact
def opened_urlpaths(repo: Snapshot) -> tuple[Opened, ...]:
    """What is opened with `urlpath` by links to the files at hand."""
    targets = (link.address.target for link in opening_here(repo))
    return tuple(
        Opened(one.value, one.decoded)
        for one in targets
        if one and one.name == "urlpath" and isinstance(one.value, Text)
    )


@fact
def opening_here(repo: Snapshot) -> tuple[Link, ...]:
    """Links that open something in the files at hand, where the build says what there is."""
    return tuple(_opening_here(repo))


def _opening_here(repo: Snapshot) -> Iterator[Link]:
    links = [link for link in live_launches(repo) if link.address.target and link.launches_repository(repo)]
    plan = build_plan(repo)
    if not links or plan.error or not plan.transparent:
        return
    for link in links:
        target = link.address.target
        if target and not is_template(target.value) and is_this_state(link, repo):
            yield link


def _is_web_address(link: Link) -> bool:
    return link.address.provider in HOSTED and bool(web_address(link.text("repo", "ref")))


def _is_known(ref: str, refs: frozenset[str]) -> bool:
    short = re.sub(r"^(?:refs/)?(?:heads|tags)/", "", ref)
    if ref in ("", "HEAD") or short in refs or _COMMIT.fullmatch(ref):
        return True
    return not refs or ref.startswith(("refs/pull/", "pull/", "refs/merge-requests/"))


def _is_release_to_come(ref: str, refs: frozenset[str]) -> bool:
    """Whether a ref reads like a version newer than every tag."""
    found = _VERSION.match(ref)
    if not found:
        return False
    versions = [release(known[1]) for name in refs if (known := _VERSION.match(name))]
    return release(found[1]) > max(versions, default=())
