"""Docker build: the Python 3 of the image, where nothing may bring another one."""

from __future__ import annotations

import posixpath

from binderlint.fact import fact
from binderlint.facts.docker.context import build_dockerfile, docker_runs
from binderlint.facts.docker.installs import hides_origin
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import base_of
from binderlint.read.images import Image, python_of
from binderlint.read.script import Command, Script
from binderlint.snapshot import Snapshot

_OTHER_PYTHON = regex(
    r"conda|mamba|pyenv|deadsnakes|\buv\b|pixi|python[23]?\.\d|python2|python-pip|pip2|make\s+install|asdf|pypy|spack|nix"
)


@fact
def image_python(repo: Snapshot) -> tuple[Image, str] | None:
    """The image that the Dockerfile starts from and its Python, such as 3.10; None where that is not known or another may be installed."""
    dockerfile = build_dockerfile(repo)
    image = base_of(dockerfile) if dockerfile else None
    python = python_of(image) if image else None
    if dockerfile is None or dockerfile.final is None or image is None or python is None:
        return None
    texts = [run.instruction.script or " ".join(run.instruction.words) for run in docker_runs(repo)]
    texts += [" ".join(word.pattern for word in command.words) for command in commands_and_scripts(repo)]
    if hides_origin(dockerfile.final) or any(_OTHER_PYTHON.search(text) for text in texts):
        return None
    return image, python


@fact
def commands_and_scripts(repo: Snapshot) -> tuple[Command, ...]:
    """The commands of RUN, and those of the scripts of the repository that they run, each script once."""
    found: list[Command] = []
    seen = set[str]()
    for command in (command for run in docker_runs(repo) for command in run.commands):
        found.append(command)
        path = posixpath.normpath((command.words[0].value if command.words else None) or ".")
        source = repo.get(path) if "/" in path or path.endswith(".sh") else None
        if source and path not in seen:
            seen.add(path)
            found += Script(source, repo.get).running
    return tuple(found)
