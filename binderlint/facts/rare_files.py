"""Rare files: files and folders at certain places that few repositories have, for rules about nothing else."""

from __future__ import annotations

import posixpath

from binderlint.fact import fact
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.names import CONFIG_NAMES
from binderlint.snapshot import Snapshot
from binderlint.source import BINDER_FOLDERS, SYMLINK, Source


@fact
def root_dockerfile(repo: Snapshot) -> Source | None:
    """The Dockerfile in the root, whether it is used or not."""
    return repo.get("Dockerfile")


@fact
def docker_ignores(repo: Snapshot) -> tuple[Source, ...]:
    """The files that say what is left out of the image."""
    return tuple(source for name in (".dockerignore", ".containerignore") if (source := used_file(repo, name)))


@fact
def two_folders(repo: Snapshot) -> tuple[str, ...]:
    """Both folders for Binder's configuration, in a repository that has both."""
    return BINDER_FOLDERS if all(map(repo.is_dir, BINDER_FOLDERS)) else ()


@fact
def yaml_environment(repo: Snapshot) -> Source | None:
    """environment.yaml, whether it is used or not."""
    return repo.get(build_plan(repo).path("environment.yaml"))


@fact
def uncommitted_folder(repo: Snapshot) -> Source | None:
    """The folder of a repository of which git tracks no file."""
    return Source(".", b"") if repo.nothing_committed else None


@fact
def package_file(repo: Snapshot) -> Source | None:
    """What makes the repository a package for pip."""
    return repo.get("setup.py") or repo.get("pyproject.toml")


@fact
def shell_profile(repo: Snapshot) -> str | None:
    """The path of what a login shell reads first in the root."""
    return next(filter(repo.exists, (".bash_profile", ".bash_login", ".profile")), None)


@fact
def r_profile(repo: Snapshot) -> Source | None:
    """What R reads first in the root."""
    return repo.get(".Rprofile")


@fact
def git_modules(repo: Snapshot) -> Source | None:
    """Where git has the addresses of submodules."""
    return repo.get(".gitmodules")


@fact
def attribute_files(repo: Snapshot) -> tuple[Source, ...]:
    """The files that tell git which paths Git LFS keeps."""
    return tuple(source for source in repo.files if source.name == ".gitattributes")


@fact
def archive_manifests(repo: Snapshot) -> tuple[Source, ...]:
    """The files called as the manifest of an archive of documents is."""
    return tuple(source for source in repo.files if source.name == "manifest.xml")


@fact
def linked_configuration(repo: Snapshot) -> tuple[Source, ...]:
    """Configuration, and folders for it, that are symbolic links."""
    folder = build_plan(repo).binder_dir
    paths = [*BINDER_FOLDERS, *(posixpath.join(folder, name) for name in CONFIG_NAMES)]
    found = (repo.sources.get(path) for path in paths)
    return tuple(source for source in found if source and source.mode == SYMLINK)
