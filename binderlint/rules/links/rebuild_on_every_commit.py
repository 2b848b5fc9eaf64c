"""rebuild-on-every-commit: Binder builds a large environment again after every commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class RebuildOnEveryCommit(Rule):
    code = "LNK025"
    severity = Severity.INFO
    level = Level.POLISH

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
