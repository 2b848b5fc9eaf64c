"""docker-python-too-old: The image's Python does not fit the repository's package."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile, copies
from binderlint.facts.docker.python import commands_and_scripts, image_python
from binderlint.facts.environment.own_package import own_python
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import pip_admits
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.read.installer import asked_for, is_pip
from binderlint.read.matchspec import PATCHES
from binderlint.repo2docker.tables import repo2docker
from binderlint.snapshot import Snapshot


class DockerPythonTooOld(Rule):
    code = "DKR023"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        written = own_python(repo)
        known = image_python(repo) if written else None
        if not written or known is None or _allows(written, known[1]):
            return
        if dockerfile.final is None or not any(copy.path == "" for copy in copies(repo, dockerfile.final)):
            return
        image, python = known
        for command in commands_and_scripts(repo):
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
