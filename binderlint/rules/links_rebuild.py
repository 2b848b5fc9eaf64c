"""LNK: how often what a badge launches is built."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.files.links import Link, live_launches
from binderlint.outside.git import Git
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", default_branch="main", refs=frozenset({"main", "v1"}), complete=True)
_LONG = "dependencies:\n" + "".join(f"  - p{number}=1.0\n" for number in range(12))
_COURSE = {f"week{number}.ipynb": "{}" for number in range(1, 13)}
_BADGE = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/{})\n"


class RebuildOnEveryCommit(Rule):
    """Binder builds a large environment again after every commit.

    Binder builds an image for each commit that is launched. If many notebooks and a large environment are on the branch that the badge launches, every corrected typo makes the next visitor wait for the
    whole environment, often more than ten minutes.

    If the environment is on its own branch or in its own repository, and nbgitpuller fetches the notebooks at launch (`?urlpath=git-pull?repo=...`), the image stays the same. A badge that launches a tag
    has the same effect.
    """

    code = "LNK025"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/mybinder.org-user-guide:docs/tutorials/reproducibility.rst", "jupyterhub/nbgitpuller#114")
    examples = (
        Bad(
            {"README.md": _BADGE.format("HEAD"), "environment.yml": _LONG, **_COURSE},
            at="README.md:1:87",
            git=_OURS,
            why="A course with twelve notebooks and twelve packages",
        ),
        Good(
            {"README.md": _BADGE.format("v1"), "environment.yml": _LONG, **_COURSE},
            git=_OURS,
            why="The badge launches a tag",
        ),
        Good(
            {"README.md": _BADGE.format("main?urlpath=git-pull%3Frepo%3Dx"), "environment.yml": _LONG, **_COURSE},
            git=_OURS,
            why="nbgitpuller fetches the notebooks",
        ),
        Good(
            {"README.md": _BADGE.format("main"), "environment.yml": _LONG, "a.ipynb": "{}"},
            git=_OURS,
            why="A few notebooks",
        ),
        Good(
            {"README.md": _BADGE.format("main"), "requirements.txt": "numpy\n", **_COURSE},
            git=_OURS,
            why="A small environment",
        ),
        Good(
            {"docs/a.md": _BADGE.format("main"), "environment.yml": _LONG, **_COURSE},
            git=_OURS,
            why="No badge in the README",
        ),
        Good(
            {"README.md": _BADGE.format("main"), "environment.yml": _LONG, **_COURSE},
            why="The name of the repository is not known",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        links = [link for link in live_launches(repo) if link.launches_repository(repo) and _in_readme(link)]
        if not links or not all(_on_this_branch(link, repo) for link in links) or not _is_slow(repo):
            return
        if sum(path.endswith((".ipynb", ".Rmd")) for path in repo.sources) < 10:
            return
        if any("git-pull" in link.url for link in repo.links):
            return
        yield self.at(
            links[0].text("ref"),
            "The environment lies on the branch with the notebooks, so Binder builds all of it again after every commit",
            help="Put the environment on a branch of its own and let nbgitpuller fetch the notebooks, or launch a tag",
        )


def _in_readme(link: Link) -> bool:
    path = link.url.place.path.lower()
    return "/" not in path and path.startswith("readme")


def _on_this_branch(link: Link, repo: Repository) -> bool:
    ref = link.address.branch
    return ref in ("HEAD", "main", "master") or (bool(ref) and ref in (repo.git.branch, repo.git.default_branch))


def _is_slow(repo: Repository) -> bool:
    """Whether the build installs much: at least ten packages of conda, or a system of R or Julia."""
    if repo.plan.error or repo.plan.default:
        return False
    if repo.plan.buildpack in ("RBuildPack", "JuliaProjectTomlBuildPack"):
        return True
    return len(repo.conda_dependencies or ()) >= 10
