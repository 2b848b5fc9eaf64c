"""Docker build: the files that COPY and ADD take from the repository and where they put them, and the commands of RUN."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from binderlint.fact import fact
from binderlint.pattern import regex
from binderlint.read.images import Image, image_facts, onbuild_files
from binderlint.read.scope import Scope
from binderlint.read.script import Command, Shell, parse_shell
from binderlint.read.shell.commands import Variables
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from binderlint.read.dockerfile.instructions import Dockerfile, Stage
    from binderlint.read.dockerfile.lines import Instruction


class Copy(NamedTuple):
    """One source of a COPY or ADD that takes it from the repository."""

    instruction: Instruction
    word: Text
    path: str | None
    """From the repository's root, which is the build context (repo2docker/buildpacks/docker.py); None when a variable hides it."""
    target: str | None
    """Where it ends in the image: the file, or the folder that gets the content of a folder."""


class Run(NamedTuple):
    """A RUN and its commands, and the shell code that they are in; `clear` when all of it was understood."""

    instruction: Instruction
    commands: tuple[Command, ...]
    shell: Shell

    @property
    def clear(self) -> bool:
        return not self.shell.broken


def copies(repo: Snapshot, stage: Stage) -> Iterator[Copy]:
    """What a stage and those it starts from take from the repository."""
    from binderlint.read.dockerfile.instructions import workdirs

    yield from copies_of(repo, workdirs(stage))


def copies_of(repo: Snapshot, instructions: Iterable[tuple[Instruction, str | None]]) -> Iterator[Copy]:
    """What COPY and ADD take from the repository, of instructions with the folders they run in."""
    for instruction, here in instructions:
        if instruction.name not in ("COPY", "ADD") or len(instruction.words) < 2 or instruction.flag("from"):
            continue
        *sources, last = instruction.words
        target = instruction.value(last)
        target = posixpath.join(here or "", target) if target else None
        target = target if target and target.startswith("/") else None
        for word in sources:
            value = instruction.value(word)
            if word.startswith("<<") or (value and re.match(r"(?:https?|ftp|git|ssh)://|git@", value)):
                continue
            path = posixpath.normpath("/" + value).lstrip("/") if value else None
            into = target and (
                len(sources) > 1 or target.endswith(("/", "/.", "/..")) or posixpath.normpath(target) == here
            )
            end = posixpath.join(target, posixpath.basename(path)) if into and path and target else target
            if path is not None and repo.is_dir(path):
                end = target
            yield Copy(instruction, word, path, end and posixpath.normpath(end))


def copied_file(repo: Snapshot, stage: Stage, path: str) -> Source | Text | None:
    """The file of the repository, or the heredoc, that ends at a path of the image; None when it comes from elsewhere."""
    from binderlint.read.dockerfile.instructions import workdirs

    found: Source | Text | None = None
    for copy in copies(repo, stage):
        if copy.path is None or copy.target is None:
            continue
        if copy.target == path:
            found = repo.get(copy.path) or found
        elif repo.is_dir(copy.path) and path.startswith(copy.target.rstrip("/") + "/"):
            found = repo.get(posixpath.join(copy.path, path[len(copy.target.rstrip("/")) + 1 :])) or found
    for instruction, here in workdirs(stage):
        if instruction.name == "COPY" and len(instruction.heredocs) == 1 and len(instruction.words) == 2:
            target = instruction.value(instruction.words[-1])
            if target and posixpath.join(here or "", target) == path:
                found = instruction.heredocs[0].content
    return found


def runs(instructions: Iterable[Instruction]) -> Iterator[Run]:
    """The RUN instructions with the commands that run."""
    import shlex

    known: Variables = Scope()
    before: Scope[str | None] = Scope()
    for instruction in instructions:
        if instruction.name != "RUN":
            continue
        script = instruction.script
        if script is None:
            script = Text(shlex.join(instruction.words), instruction.body.place)
        changed = ((name, instruction.variables.get(name)) for name in instruction.variables.differing(before))
        known, before = (
            known.having((name, (value,) if value else None) for name, value in changed),
            instruction.variables,
        )
        shell = parse_shell(script, variables=known)
        commands = tuple(one for one in shell.commands if one.runs)
        yield Run(instruction, commands, shell)


@fact
def build_dockerfile(repo: Snapshot) -> Dockerfile | None:
    """The Dockerfile, if the build is one with Docker."""
    source = used_file(repo, "Dockerfile") if build_plan(repo).buildpack == Buildpack.DOCKER else None
    if source is None:
        return None
    from binderlint.read.dockerfile.instructions import read_dockerfile

    return read_dockerfile(source)


def base_image(repo: Snapshot) -> Image | None:
    """The image that the Dockerfile builds on; None where the build is not one with Docker."""
    dockerfile = build_dockerfile(repo)
    if dockerfile is None:
        return None
    from binderlint.read.dockerfile.instructions import base_of

    return base_of(dockerfile)


_COMMIT = regex(r"(?=.*[a-f])(?=.*\d)(?:[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{7,8})")


def image_of_commit(dockerfile: Dockerfile) -> Image | None:
    """The image that was built from a commit of the repository, where a Dockerfile only names it, as repo2docker's action writes it."""
    from binderlint.read.dockerfile.instructions import base_of

    image = base_of(dockerfile)
    if image is None or len(dockerfile.instructions) != 1 or image_facts(image) or onbuild_files(image):
        return None
    return image if _COMMIT.fullmatch(image.tag) else None


def build_step(repo: Snapshot) -> str:
    """Where the author's own commands run in the build, as advice says it."""
    return "in postBuild" if build_dockerfile(repo) is None else "with `RUN` in the Dockerfile"


@fact
def docker_runs(repo: Snapshot) -> tuple[Run, ...]:
    """The RUN instructions that make the image of the Dockerfile, with their commands."""
    dockerfile = build_dockerfile(repo)
    return tuple(runs(dockerfile.built)) if dockerfile else ()
