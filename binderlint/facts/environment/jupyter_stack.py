"""Jupyter stack: which Notebook and JupyterLab the build ends up with, as far as the environment decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binderlint.read.requirements import canonical

if TYPE_CHECKING:
    from binderlint.repository import Repository

# Conda packages that have held Notebook below 7 (pip's do not), and names under which older stacks are asked for.
_OLD_NOTEBOOK = frozenset(
    {"jupyter-contrib-nbextensions", "jupyter-nbextensions-configurator", "jupyter-contrib-core", "rise", "nbpresent"}
)
_STACK = frozenset({"notebook", "jupyter", "jupyterlab", "ipywidgets", "widgetsnbextension", "anaconda", "voila"})


def asked(repo: Repository, *names: str) -> bool:
    """Whether the environment asks for one of these packages."""
    wanted = {canonical(name) for name in names}
    return bool(wanted & _names(repo))


def may_be_older(repo: Repository, package: str, release: tuple[int, ...]) -> bool:
    """Whether the build may have this package in a version below a release: pinned so, held back by another package, or on an old Python."""
    if repo.plan.buildpack in (None, "DockerBuildPack", "NixBuildPack"):
        return True
    # Python 3.7 has Notebook 6.5 and JupyterLab 3.6 (repo2docker/buildpacks/conda/environment.py-3.7.yml)
    if repo.plan.python is None or repo.plan.python.version == "3.7":
        return True
    if repo.plan.separate_kernel:  # the kernel's own environment is on PATH, behind that of the server
        return package == "notebook" and bool(_names(repo) & (_STACK | _OLD_NOTEBOOK))
    if package == "notebook" and {canonical(spec.key) for spec in repo.conda_specs} & _OLD_NOTEBOOK:
        return True
    for spec in repo.conda_specs:
        if canonical(spec.key) == package and spec.version is not None and spec.admits(release) is not True:
            return True
    for requirement in repo.requirements:
        if requirement.key == package and any(operator not in (">=", ">", "!=") for operator, _ in requirement.clauses):
            return True
    return False


def _names(repo: Repository) -> set[str]:
    return {canonical(spec.key) for spec in repo.conda_specs} | {one.key for one in repo.requirements if one.key}
