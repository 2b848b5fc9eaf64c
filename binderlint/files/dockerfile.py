"""Dockerfile: its stages, what repo2docker builds of them, and what ARG and ENV define where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from binderlint.digits import is_number, number
from binderlint.files.dockerfile_lines import Instruction, instructions, piece
from binderlint.files.dockerfile_words import expand, names
from binderlint.files.images import facts, image_of
from binderlint.source import Source, Text

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
    variables: Mapping[str, str | None]
    """What is defined at its end, ARG included."""

    @property
    def root(self) -> Stage:
        """The stage whose base is an image."""
        stage = self
        while stage.parent:
            stage = stage.parent
        return stage

    @property
    def lineage(self) -> tuple[Instruction, ...]:
        """The instructions of the stages it builds on, then its own."""
        stages = [self]
        while parent := stages[-1].parent:
            stages.append(parent)
        return tuple(instruction for stage in reversed(stages) for instruction in stage.instructions)


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
    def needed(self) -> tuple[Stage, ...]:
        """The stages that BuildKit builds at all: the last one, and those it starts from or copies from."""
        wanted: list[Stage] = []
        todo = [self.stages[-1]] if self.stages else []
        while todo:
            stage = todo.pop()
            if stage in wanted:
                continue
            wanted.append(stage)
            todo += [stage.parent] if stage.parent else []
            todo += [found for name in sources_of(stage) if (found := self.stage(name))]
        return tuple(stage for stage in self.stages if stage in wanted)

    def stage(self, name: str) -> Stage | None:
        """The stage of a name or number."""
        if is_number(name):
            return self.stages[number(name)] if number(name) < len(self.stages) else None
        return next((stage for stage in self.stages if stage.name and stage.name.lower() == name.lower()), None)

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


def read(source: Source) -> Dockerfile:
    """Read a Dockerfile. Never fails: what is no instruction is one with an unknown keyword."""
    found = tuple(instructions(source))
    stages: list[Stage] = []
    out: list[Instruction] = []
    arguments: dict[str, str | None] = {}  # ARG before the first FROM: seen by FROM, and by an ARG without a default
    current: list[Instruction] = []
    variables: dict[str, str | None] = {}
    for instruction in found:
        if instruction.name == "FROM":
            if stages:
                stages[-1] = stages[-1]._replace(instructions=tuple(current), variables=variables)
            instruction = instruction._replace(variables=dict(arguments))
            stage = _stage(instruction, stages)
            environment = _environment(stage)
            stages, current, variables = [*stages, stage], [], environment
        elif not stages:
            instruction = instruction._replace(variables=dict(arguments))
            empty = {name: None if name in PLATFORM_ARGS else "" for name in names(instruction.body)}
            arguments |= _defined(instruction, empty | arguments, {})
        else:
            instruction = instruction._replace(variables=variables)
            if instruction.name in ("ARG", "ENV"):
                variables = variables | _defined(instruction, variables, arguments)
            current.append(instruction)
        out.append(instruction)
    if stages:
        stages[-1] = stages[-1]._replace(instructions=tuple(current), variables=variables)
    linked: list[Stage] = []
    for stage in stages:  # parents were made before their instructions were known
        parent = next((one for one in linked if stage.parent and one.start == stage.parent.start), None)
        linked.append(stage._replace(parent=parent))
    return Dockerfile(source, tuple(out), tuple(linked))


def _stage(start: Instruction, before: list[Stage]) -> Stage:
    words = start.words
    empty = start.keyword.place.source.slice(start.keyword.place.span.end, start.keyword.place.span.end)
    base = words[0] if words else empty
    name = words[2] if len(words) == 3 and words[1].lower() == "as" else None
    value = start.value(base) or ""
    parent = next((one for one in reversed(before) if one.name and one.name.lower() == value.lower()), None)
    return Stage(start, base, name, parent, (), {})


def _environment(stage: Stage) -> dict[str, str | None]:
    """The ENV that a stage starts with: what is known of its image, or that of its parent, whose ARGs ended with it."""
    seed = facts(image_of(stage))
    known: dict[str, str | None] = dict(seed.variables) if seed else {}
    if not stage.parent:
        return known
    kept = {str(name) for one in stage.parent.lineage if one.name == "ENV" for name, _ in one.assignments}
    return {name: value for name, value in stage.parent.variables.items() if name in kept | set(known)}


def _defined(
    instruction: Instruction, variables: Mapping[str, str | None], arguments: Mapping[str, str | None]
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
            found[str(name)] = expand(value, {**variables, **found}, instruction.escape)
        elif name in arguments:
            found[str(name)] = arguments[str(name)]
        elif name in PLATFORM_ARGS:
            found[str(name)] = None
        else:
            found[str(name)] = ""
    return found
