"""docker-pin-not-available: A version that the Dockerfile installs does not exist for the image's Python."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import Run
from binderlint.facts.docker.installs import given_lists
from binderlint.facts.docker.python import image_python
from binderlint.facts.environment.held import held_at
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import is_pip
from binderlint.read.requirements import Requirement, read_requirements
from binderlint.read.script import Command
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class DockerPinNotAvailable(Rule):
    code = "DKR025"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(given_lists)
    def check(self, repo: Snapshot, lists: tuple[tuple[Run, Command, Source], ...]) -> Iterator[Diagnostic]:
        known = image_python(repo)
        if known is None:
            return
        image, python = known
        for run, command, source in lists:
            if not is_pip(command.name) or not run.shell.decides(command):
                continue
            asked = (one for one in read_requirements(source) if isinstance(one, Requirement) and one.applies(python))
            found = [held for one in asked if (held := held_at(one, python)) and held.missing]
            if found:
                first = found[0]
                more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
                yield self.at(
                    first.requirement.text,
                    f"{first.named} {first.lacks} {python}, which `{image.value}` has{more}: pip finds no such version and the build stops",
                    help="Pin other versions, or start from an image with a Python that all of these support",
                )
