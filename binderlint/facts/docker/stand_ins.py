"""Docker's stand-ins: whether a Dockerfile, or the image that it starts from, does what a file that Binder ignores beside it was to do."""

from __future__ import annotations

from binderlint.data import listed_words
from binderlint.facts.docker.context import base_image, docker_runs
from binderlint.facts.docker.installs import given_packages
from binderlint.read.apt import read_apt
from binderlint.read.images import onbuild_files
from binderlint.read.installer import APT
from binderlint.read.script import Script
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.repo2docker.plan import Status
from binderlint.snapshot import Snapshot
from binderlint.source import Source


def is_done_elsewhere(repo: Snapshot, source: Source) -> bool:
    """Whether something else brings what the file lists: the lock that was made from it, a copy of it, or the repository's own package, which reads it."""
    return _is_of_lock(repo, source) or _is_copy_of_used(repo, source) or _is_read_by_package(repo, source)


def _is_of_lock(repo: Snapshot, source: Source) -> bool:
    """Whether the image of the Dockerfile installs the lock that was made from the file."""
    plan, groups = build_plan(repo), onbuild_files(base_image(repo))
    return any(
        source.name in names and repo.get(plan.path(name)) for names in groups for name in names if "lock" in name
    )


def _is_copy_of_used(repo: Snapshot, source: Source) -> bool:
    """Whether a file of the same name and text elsewhere is used, by a Dockerfile that runs it, for example."""
    names = (use.path for use in build_plan(repo).files if use.status is not Status.IGNORED)
    others = (repo.get(path) for path in names if path != source.path)
    return any(one and one.name == source.name and one.text.split() == source.text.split() for one in others)


def _is_read_by_package(repo: Snapshot, source: Source) -> bool:
    """Whether the Dockerfile installs the repository's own package, which reads a list for pip."""
    return source.name == "requirements.txt" and any(
        "requirements.txt" in one.prose for one in given_packages(repo) if one.path in OWN_PACKAGE
    )


def apt_missing(repo: Snapshot, source: Source) -> list[str] | None:
    """The packages of an ignored apt.txt that the Dockerfile does not install; None where it installs none of them."""
    packages = list(dict.fromkeys(word.split("=")[0] for entry in read_apt(source) for word in entry.words))
    commands = [command for run in docker_runs(repo) for command in run.commands if command.name in APT]
    installed = {word.split("=")[0] for command in commands for word in command.operands}
    return [name for name in packages if name not in installed] if installed & set(packages) else None


def shared_programs(repo: Snapshot, source: Source) -> tuple[str, ...]:
    """The programs of a postBuild, where the Dockerfile uses all of them too; those that every Dockerfile uses aside."""
    shell = Script(source).shell if source.name == "postBuild" else None
    if shell is None or shell.broken:
        return ()
    programs = {one.name for one in shell.commands} - listed_words("plain_commands.txt")
    used = {one.name for run in docker_runs(repo) for one in run.commands}
    return tuple(sorted(programs)) if programs <= used else ()
