"""For Binder: whether anything says that a repository is meant for Binder."""

from __future__ import annotations

from binderlint import OWN_FILES
from binderlint.data import listed_words
from binderlint.fact import fact
from binderlint.facts.environment.subfolders import OTHER_USES
from binderlint.facts.julia import read_project
from binderlint.facts.launch.buttons import launch_configs
from binderlint.facts.launch.links import launch_links
from binderlint.facts.named import misnamed_folders
from binderlint.facts.notebooks import NOTEBOOK_ENDINGS
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import CONDA, ENVIRONMENTS, ONLY_BINDERS
from binderlint.snapshot import Snapshot
from binderlint.source import BINDER_FOLDERS

_NAME_US = ("pyproject.toml", ".pre-commit-config.yaml")

# Heroku wants a whole version, `python-3.9.13`.
_BINDERS = regex(rb"python-\d(?:\.\d+)?\s*$")


@fact
def is_for_binder(repo: Snapshot) -> bool:
    """True when anything says that the repository is meant for Binder; one that is checked with binderlint is."""
    if any(repo.is_dir(one) for one in BINDER_FOLDERS):
        return True
    if any(name in repo.sources for name in (*ONLY_BINDERS, *OWN_FILES)) or misnamed_folders(repo):
        return True
    runtime = repo.sources.get("runtime.txt")  # Heroku and others read a Python from it, too
    if runtime and (
        runtime.data.startswith(b"r-") or (_BINDERS.match(runtime.data) and not has_application_files(repo))
    ):
        return True
    compendium = "DESCRIPTION" in repo.sources and "NAMESPACE" not in repo.sources  # a package of R has vignettes, too
    lists_packages = compendium or any(name in repo.sources for name in ENVIRONMENTS)
    if lists_packages and build_plan(repo).buildpack != Buildpack.DOCKER:  # else Binder does not read these files
        project = read_project(repo)
        if has_notebooks_to_run(repo) if project and project.is_package else has_notebooks(repo):
            return True
    if any(source.name in _NAME_US and "binderlint" in source.prose for source in repo.files if "/" not in source.path):
        return True
    links = launch_links(repo)
    return any(link.live and (link.launches or link.shows_badge) for link in links) or bool(launch_configs(repo))


def is_application(repo: Snapshot) -> bool:
    """Whether a repository is an application of another kind: nothing says that it is meant for Binder, and a file says how it is built or deployed."""
    return has_application_files(repo) and not is_for_binder(repo)


def has_application_files(repo: Snapshot) -> bool:
    """Whether a file says how an application is built or deployed, whatever else the repository is."""
    return any(name in repo.sources for name in listed_words("application_files.txt"))


def is_only_package(repo: Snapshot) -> bool:
    """Whether Binder installs nothing but the repository's own package, which has no notebooks but those of its documentation, and nothing says that it is meant for Binder.

    Such a package leaves versions to those who install it.
    """
    match build_plan(repo).buildpack:
        case Buildpack.PYTHON:
            if used_file(repo, "requirements.txt") or is_for_binder(repo):
                return False
            return not has_notebooks_to_run(repo)
        case Buildpack.R:
            return "NAMESPACE" in repo.sources and not is_for_binder(repo)
    return False


def is_ready_for_binder(repo: Snapshot) -> bool:
    """Whether there is a binder directory, or configuration beside notebooks: no package that only happens to have one of Binder's files."""
    if build_plan(repo).binder_dir:
        return True
    names = (*CONDA, "requirements.txt", "start", "runtime.txt", *ONLY_BINDERS)
    return has_notebooks(repo) and any(used_file(repo, name) for name in names)


def has_notebooks(repo: Snapshot) -> bool:
    """Whether there is a notebook of Jupyter or R Markdown."""
    return any(path.endswith(NOTEBOOK_ENDINGS) for path in repo.sources)


def has_notebooks_to_run(repo: Snapshot) -> bool:
    """Whether there is a notebook outside of documentation, examples and tests, with which packages come, too."""
    notebooks = (path for path in repo.sources if path.endswith(NOTEBOOK_ENDINGS))
    return any(not OTHER_USES & set(path.lower().split("/")[:-1]) for path in notebooks)


def is_refused(repo: Snapshot) -> bool:
    """Whether the hub does not build the repository, since no file tells Binder what to install."""
    return build_plan(repo).default and not repo.allows.default_environment
