"""rebuild-on-every-commit: Every commit makes Binder build an image with a large environment anew."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.mapping import conda_list
from binderlint.facts.launch.links import Link, launch_links, live_launches
from binderlint.facts.notebooks import NOTEBOOK_ENDINGS
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot


class RebuildOnEveryCommit(Rule):
    code = "LNK025"
    severity = Severity.INFO
    level = Level.POLISH
    needs_git = True

    @about(live_launches)
    def check(self, repo: Snapshot, launches: tuple[Link, ...]) -> Iterator[Diagnostic]:
        links = [link for link in launches if link.launches_repository(repo) and _in_readme(link)]
        if not links or not all(_on_this_branch(link, repo) for link in links) or not _is_slow(repo):
            return
        if sum(path.endswith(NOTEBOOK_ENDINGS) for path in repo.sources) < 10:
            return
        if any("git-pull" in link.url for link in launch_links(repo)):
            return
        yield self.at(
            links[0].text("ref"),
            "A large environment is on the same branch as the notebooks: Binder builds a new image after every commit, and often installs all of it again",
            help="Put the environment on a branch of its own and fetch the notebooks with nbgitpuller, or launch a tag",
        )


def _in_readme(link: Link) -> bool:
    path = link.url.place.path.lower()
    return "/" not in path and path.startswith("readme")


def _on_this_branch(link: Link, repo: Snapshot) -> bool:
    ref = link.address.branch
    return ref in ("HEAD", "main", "master") or (bool(ref) and ref in (repo.git.branch, repo.git.default_branch))


def _is_slow(repo: Snapshot) -> bool:
    """Whether the build installs much: at least ten packages of conda, or a system of R or Julia."""
    plan = build_plan(repo)
    if plan.error or plan.default:
        return False
    if plan.buildpack in (Buildpack.R, Buildpack.JULIA):
        return True
    return len(conda_list(repo) or ()) >= 10
