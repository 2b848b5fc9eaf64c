"""Dockerfile: its stages, what repo2docker builds of them, and what ARG and ENV define where."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from binderlint.read.dockerfile.lines import Instruction, instructions, piece
from binderlint.read.dockerfile.words import expand, names
from binderlint.read.images import Image, image_facts, parse_image
from binderlint.read.scope import Scope
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

# What repo2docker passes with --build-arg (app.py); it wins over the default of an ARG, and an ENV wins over it.
BUILD_ARGS: Mapping[str, str] = {"NB_USER": "jovyan", "NB_UID": "1000"}
# Defined by BuildKit without a value that is known here; see "Predefined ARGs".
PLATFORM_ARGS = tuple(f"{kind}{part}" for kind in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT"))


class Stage(NamedTuple):
    """A stage: its FROM, the image or stage it names, its own name, and the instructions after it."""

    start: Instruction
    base: Text
    name: Text | None
    parent: Stage | None
    """The stage that `base` names."""
    instructions: tuple[Instruction, ...]
    variables: Scope[str | None]
    """What is defined at its end, ARG included."""
    environment: Scope[str | None]
    """What of that a stage which starts from it gets: without what only ARG defined."""

    @property
    def ancestors(self) -> Iterator[Stage]:
        """The stage, the one it starts from, and so on to the one whose base is an image."""
        stage: Stage | None = self
        while stage:
            yield stage
            stage = stage.parent

    @property
    def root(self) -> Stage:
        """The stage whose base is an image."""
        *_, root = self.ancestors
        return root

    @property
    def lineage(self) -> tuple[Instruction, ...]:
        """The instructions of the stages it builds on, then its own."""
        return tuple(one for stage in reversed(list(self.ancestors)) for one in stage.instructions)


class Dockerfile(NamedTuple):
    """A Dockerfile: every instruction in order, and the stages."""

    source: Source
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    @property
    def final(self) -> Stage | None:
        """The stage that repo2docker builds: the last one."""
        return self.stages[-1] if self.stages else None

    @property
    def built(self) -> tuple[Instruction, ...]:
        """The instructions that make the image: those of the last stage and of the stages it starts from."""
        return self.final.lineage if self.final else ()

    @property
    def open_ended(self) -> bool:
        """Whether a line that is added at the end would belong to the last instruction: after a backslash, or in a here-document."""
        last = self.instructions[-1] if self.instructions else None
        rest = self.source.text[last.place.span.end :].strip() if last else ""
        return last is not None and (rest.startswith(last.escape) or any(not one.ended for one in last.heredocs))

    @property
    def needed(self) -> tuple[Stage, ...]:
        """The stages that BuildKit builds at all: the last one, and those it starts from or copies from."""
        named, wanted = self.named, set[int]()
        todo = [self.stages[-1]] if self.stages else []
        while todo:
            stage = todo.pop()
            if id(stage) in wanted:
                continue
            wanted.add(id(stage))
            todo += [stage.parent] if stage.parent else []
            todo += [found for name in sources_of(stage) if (found := named.get(name.lower()))]
        return tuple(stage for stage in self.stages if id(stage) in wanted)

    @property
    def named(self) -> dict[str, Stage]:
        """The stages by their names in small letters and by their numbers."""
        names = {stage.name.lower(): stage for stage in reversed(self.stages) if stage.name}
        return names | {str(number): stage for number, stage in enumerate(self.stages)}

    def last(self, name: str) -> Instruction | None:
        """The last instruction of a kind that makes the image: of USER, ENTRYPOINT, CMD and WORKDIR only that one counts."""
        return next((found for found in reversed(self.built) if found.name == name), None)


def sources_of(stage: Stage) -> Iterator[Text]:
    """What a stage copies or mounts from: names of stages, or images."""
    for instruction in stage.instructions:
        if instruction.name in ("COPY", "ADD") and (origin := instruction.flag("from")):
            yield origin
        for flag in instruction.flags if instruction.name == "RUN" else ():
            if found := re.match(r"--mount=(?:.*,)?from=([^,]+)", flag):
                yield piece(flag, *found.span(1))


def read_dockerfile(source: Source) -> Dockerfile:
    """Read a Dockerfile. Never fails: what is no instruction is one with an unknown keyword."""
    stages: list[Stage] = []
    named: dict[str, Stage] = {}
    out: list[Instruction] = []
    arguments: Scope[str | None] = Scope()  # ARG before the first FROM: seen by FROM, and by an ARG without a default
    variables = environment = arguments
    current: list[Instruction] = []

    def end() -> None:
        """The last stage is complete."""
        if stages:
            stages[-1] = stage = stages[-1]._replace(
                instructions=tuple(current), variables=variables, environment=environment
            )
            if stage.name:
                named[stage.name.lower()] = stage

    for instruction in instructions(source):
        if instruction.name == "FROM":
            end()
            instruction = instruction._replace(variables=arguments)
            stages.append(_stage(instruction, named))
            variables = environment = stages[-1].environment
            current = []
        elif not stages:
            instruction = instruction._replace(variables=arguments)
            empty = {name: None if name in PLATFORM_ARGS else "" for name in names(instruction.body)}
            seen = arguments.having((name, value) for name, value in empty.items() if name not in arguments)
            arguments = arguments.having(_defined(instruction, seen, Scope()))
        else:
            instruction = instruction._replace(variables=variables)
            found = _defined(instruction, variables, arguments)
            variables = variables.having(found)
            kept = (
                found.items() if instruction.name == "ENV" else [one for one in found.items() if one[0] in environment]
            )
            environment = environment.having(kept)
            current.append(instruction)
        out.append(instruction)
    end()
    return Dockerfile(source, tuple(out), tuple(stages))


def _stage(start: Instruction, named: Mapping[str, Stage]) -> Stage:
    """A stage at its beginning: its environment is what is known of its image, or that of its parent, whose ARGs ended with it."""
    words = start.words
    empty = start.keyword.place.source.slice(start.keyword.place.span.end, start.keyword.place.span.end)
    base = words[0] if words else empty
    name = words[2] if len(words) == 3 and words[1].lower() == "as" else None
    parent = named.get((start.value(base) or "").lower())
    stage = Stage(start, base, name, parent, (), Scope(), Scope())
    seed = None if parent else image_facts(image_of(stage))
    return stage._replace(environment=parent.environment if parent else Scope(seed.variables if seed else {}))


def _defined(
    instruction: Instruction, variables: Scope[str | None], arguments: Scope[str | None]
) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    if instruction.name not in ("ARG", "ENV"):
        return found
    for name, value in instruction.assignments:
        if instruction.name == "ENV":
            found[str(name)] = instruction.value(value or "")
        elif str(name) in BUILD_ARGS:
            found[str(name)] = BUILD_ARGS[str(name)]
        elif value is not None:
            found[str(name)] = expand(value, variables, instruction.escape)
        elif name in arguments:
            found[str(name)] = arguments[str(name)]
        elif name in PLATFORM_ARGS:
            found[str(name)] = None
        else:
            found[str(name)] = ""
        variables = variables.having([(str(name), found[str(name)])])
    return found


def image_of(stage: Stage) -> Image | None:
    """The image that a stage starts from, through the stages between; None when its name is not known or not valid."""
    root = stage.root
    value = root.start.value(root.base)
    return parse_image(root.base, value) if value else None


def workdirs(stage: Stage) -> Iterator[tuple[Instruction, str | None]]:
    """The instructions that make a stage, each with the folder it runs in; None when that is not known."""
    known = image_facts(image_of(stage))
    here = known.workdir if known else None
    for instruction in stage.lineage:
        if instruction.name == "WORKDIR":
            value = instruction.value(instruction.body)
            here = posixpath.normpath(posixpath.join(here or "", value)) if value else None
            here = here if here and here.startswith("/") else None
        yield instruction, here


def images_of(dockerfile: Dockerfile | None) -> Iterator[Image]:
    """The images that a build pulls, where their names are known: those that its stages start from and copy from."""
    named = dockerfile.named if dockerfile else {}
    for stage in dockerfile.needed if dockerfile else ():
        if not stage.parent and (image := image_of(stage)):
            yield image
        for origin in sources_of(stage):
            if origin.lower() not in named and "$" not in origin and (image := parse_image(origin, origin)):
                yield image


def base_of(dockerfile: Dockerfile | None) -> Image | None:
    """The image that a Dockerfile builds on."""
    return image_of(dockerfile.final) if dockerfile and dockerfile.final else None
