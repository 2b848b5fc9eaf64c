"""Installs: what the build gives pip: requirements.txt, the `pip:` list of environment.yml, and the files they include."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.environment.mapping import pip_section
from binderlint.read.requirements import (
    Invalid,
    Line,
    Option,
    Requirement,
    meant_path,
    parse_requirement,
    read_requirements,
    unquoted,
)
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Source, Text
from binderlint.values import NamedTuple

PYTORCH_INDEX = "https://download.pytorch.org/whl"
"""Where PyTorch's builds for the CPU (`/cpu`) and for versions of CUDA (`/cu118`) are."""


class PipFile(NamedTuple):
    """What pip is given: the lines of a requirements file, or of the `pip:` list of environment.yml."""

    source: Source
    lines: tuple[Line, ...]
    array: Array | None = None
    """The list of environment.yml, None for a requirements file."""
    constraint: bool = False
    """Given with `-c`: it limits versions and installs nothing."""
    server: bool = False
    """For the server, where that has a Python of its own (requirements3.txt and what it includes); nothing of it reaches the kernel."""

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        return tuple(line for line in self.lines if isinstance(line, Requirement))

    @property
    def options(self) -> tuple[Option, ...]:
        return tuple(line for line in self.lines if isinstance(line, Option))

    @property
    def invalid(self) -> tuple[Invalid, ...]:
        return tuple(line for line in self.lines if isinstance(line, Invalid))

    @property
    def is_environment(self) -> bool:
        """Whether a requirements file holds what belongs into environment.yml."""
        lines = (str(line.line) for line in self.invalid)
        return self.array is None and any(
            re.match(r"(?:channels|dependencies)\s*:\s*(?:\[.*\])?$", line) for line in lines
        )


@fact
def pip_files(repo: Snapshot) -> tuple[PipFile, ...]:
    """Everything pip reads in the build: requirements.txt, the `pip:` list of environment.yml, and what they include."""
    return tuple(_pip_files(repo))


@fact
def pip_requirements(repo: Snapshot) -> tuple[Requirement, ...]:
    """Every package that the build asks pip for, for the notebooks."""
    return _requirements(repo, server=False)


@fact
def server_requirements(repo: Snapshot) -> tuple[Requirement, ...]:
    """Every package that requirements3.txt asks for, which pip installs for the server alone, where that has a Python of its own."""
    return _requirements(repo, server=True)


def _requirements(repo: Snapshot, server: bool) -> tuple[Requirement, ...]:
    files = (file for file in pip_files(repo) if not file.constraint and file.server == server)
    return tuple(one for file in files for one in file.requirements)


def has_other_index(repo: Snapshot) -> bool:
    """Whether pip looks for packages in other places than the usual index too."""
    return any(
        option.name in ("--index-url", "--extra-index-url", "--find-links", "--no-index")
        for file in pip_files(repo)
        for option in file.options
    )


def _pip_files(repo: Snapshot) -> Iterator[PipFile]:
    """Every file that pip reads in the build, includes after the file that names them, each once."""
    seen: set[str] = set()
    if array := pip_section(repo):
        lines = (
            parse_requirement(unquoted(item), array)
            for item in array
            if isinstance(item, Text) and not item.startswith("#")
        )
        listed = PipFile(array.place.source, tuple(line for line in lines if line), array)
        yield listed
        yield from _included(repo, listed, seen)
    for name in ("requirements.txt", "requirements3.txt"):
        if (source := used_file(repo, name)) and source.path not in seen:
            server = name == "requirements3.txt"
            yield from _with_includes(repo, PipFile(source, read_requirements(source), server=server), seen)


def include_path(file: PipFile, option: Option) -> str | None:
    """The path in the repository of the `-r` or `-c` file that is meant, None for a URL and for what leaves the repository."""
    value = meant_path(option.value)
    if "://" in value or value.startswith(("/", "~")) or not value:
        return None
    path = posixpath.normpath(posixpath.join(file.source.folder, value))
    return None if path.startswith("..") else path


def includes(repo: Snapshot, file: PipFile, option: Option) -> bool:
    """Whether the file of a `-r` or `-c` is there to be read."""
    path = include_path(file, option)
    return path is not None and repo.get(path) is not None


def _with_includes(repo: Snapshot, file: PipFile, seen: set[str]) -> Iterator[PipFile]:
    seen.add(file.source.path)
    yield file
    yield from _included(repo, file, seen)


def _included(repo: Snapshot, file: PipFile, seen: set[str]) -> Iterator[PipFile]:
    for option in file.options:
        if option.name not in ("--requirement", "--constraint"):
            continue
        path = include_path(file, option)
        source = repo.get(path) if path else None
        if source and source.path not in seen:
            constraint = file.constraint or option.name == "--constraint"
            yield from _with_includes(
                repo, PipFile(source, read_requirements(source), None, constraint, file.server), seen
            )
