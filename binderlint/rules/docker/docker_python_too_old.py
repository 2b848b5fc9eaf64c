"""docker-python-too-old: The image's Python does not fit the repository's package."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from binderlint.facts.docker.context import build_dockerfile, copies, docker_runs
from binderlint.facts.docker.installs import hides_origin
from binderlint.facts.environment.own_package import own_python
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.constraints import pip_admits
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import python_of
from binderlint.read.installer import asked_for, is_pip
from binderlint.read.matchspec import PATCHES
from binderlint.read.script import Command, Script
from binderlint.repo2docker.tables import repo2docker
from binderlint.snapshot import Snapshot

_OTHER_PYTHON = regex(r"conda|mamba|pyenv|deadsnakes|\buv\b|pixi|python[23]?\.\d|make\s+install|asdf|pypy|spack|nix")


class DockerPythonTooOld(Rule):
    code = "DKR023"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        written = own_python(repo)
        image = base_of(dockerfile)
        python = python_of(image) if image else None
        if dockerfile.final is None or image is None or python is None or not written:
            return
        if _allows(written, python):
            return
        if not any(copy.path == "" for copy in copies(repo, dockerfile.final)):
            return
        commands = list(_with_scripts(repo, [command for run in docker_runs(repo) for command in run.commands]))
        texts = [run.instruction.script or " ".join(run.instruction.words) for run in docker_runs(repo)]
        texts += [" ".join(word.pattern for word in command.words) for command in commands]
        if hides_origin(dockerfile.final) or any(_OTHER_PYTHON.search(text) for text in texts):
            return
        for command in commands:
            if is_pip(command.name) and "install" in command.values and not command.ignored:
                words = command.values[command.values.index("install") + 1 :]
                if any(re.fullmatch(r"\./?(?:\[.*\])?", place) for place in asked_for(command.name, words).places):
                    yield self.at(
                        image.written,
                        f"`{image.value}` has Python {python}, but the package of this repository needs Python {written}, so pip refuses to install it and the build stops",
                        help=f"Start from an image with a Python that the package allows{_example(written)}",
                    )
                    return


def _allows(written: str, minor: str) -> bool:
    """Whether the package may be installed with some release of a Python such as 3.12."""
    return any(pip_admits(written, f"{minor}.{patch}") is not False for patch in range(PATCHES))


def _example(written: str) -> str:
    """An image with a Python that the package allows, as the end of a sentence; empty where none is known."""
    known = ("3.12", *reversed(repo2docker()["python"]["supported"]))  # one for which most packages have builds
    found = next((one for one in known if _allows(written, one)), "")
    return found and f", such as `python:{found}`"


def _with_scripts(repo: Snapshot, commands: Iterable[Command]) -> Iterator[Command]:
    """The commands, and those of the scripts of the repository that they run, each script once."""
    seen = set[str]()
    for command in commands:
        yield command
        path = posixpath.normpath((command.words[0].value if command.words else None) or ".")
        source = repo.get(path) if "/" in path or path.endswith(".sh") else None
        if source and path not in seen:
            seen.add(path)
            yield from Script(source, repo.get).running
