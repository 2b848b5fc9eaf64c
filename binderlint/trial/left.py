"""Left: what of a repository's build and launch is not tried on this computer, whatever is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.notebooks import shown_notebooks, text_notebooks
from binderlint.lint.wording import counted
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.trial.outcome import Attempt, Result, Stage


def hopeless(plan: Plan) -> str:
    """Why nothing of a plan can be tried here; empty where something can."""
    if plan.error:
        return f"{plan.error.place}: repo2docker stops here, so there is nothing to try. Run binderlint first, which says why"
    if plan.buildpack == Buildpack.DOCKER:
        return "Binder builds this repository from its Dockerfile, which takes Docker. `try` works without Docker, so nothing was tried"
    if plan.buildpack == Buildpack.NIX:
        return "Binder builds this repository with Nix, which `try` does not run, so nothing was tried"
    if plan.buildpack == Buildpack.PIPFILE:
        return "Binder installs this repository from its Pipfile, which takes pipenv. `try` does not run pipenv, so nothing was tried"
    if plan.python is None or not plan.transparent:
        return "Binder makes no Python environment from the files of this repository, so nothing was tried"
    return ""


def not_tried(repo: Snapshot, plan: Plan, copied: tuple[str, ...]) -> Iterator[Attempt]:
    """What is left out, with the reason. `copied` are the paths that the copy of the repository does not have."""
    checkout = Checkout(repo)
    if checkout.has("apt.txt"):
        yield _left(
            checkout.path("apt.txt"), "Ubuntu's packages are not installed: that takes Binder's image and its root user"
        )
    if plan.buildpack == Buildpack.JULIA:
        yield _left("Julia", "neither Julia nor its packages are installed")
    if plan.buildpack == Buildpack.R or plan.conda_r:
        yield _left("R", "R, RStudio and install.R are only there on Binder")
    if plan.separate_kernel and checkout.has("requirements3.txt"):
        yield _left(checkout.path("requirements3.txt"), "packages for the server's own Python are not installed")
    others = [page for page in shown_notebooks(repo) if not page.is_python]
    if others:
        yield _left(counted(len(others), "notebook"), "they are not in Python", *(page.source.path for page in others))
    if texts := text_notebooks(repo):
        yield _left(
            counted(len(texts), "text notebook"), "only .ipynb files are looked at", *(one.path for one in texts)
        )
    if copied:
        yield _left(
            counted(len(copied), "path"),
            "they are not in the copy of the repository: submodules, files that are too large, and links to what is not there",
            *copied,
        )


def _left(what: str, why: str, *places: str) -> Attempt:
    return Attempt(Stage.OTHER, Result.LEFT, what, why, places)
