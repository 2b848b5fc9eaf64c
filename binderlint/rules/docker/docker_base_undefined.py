"""docker-base-undefined: FROM names an image through an ARG that has no value."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import PLATFORM_ARGS, Dockerfile
from binderlint.read.dockerfile.words import expand, names
from binderlint.read.images import parse_image
from binderlint.snapshot import Snapshot


class DockerBaseUndefined(Rule):
    code = "DKR019"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        for stage in dockerfile.needed:
            empty = {name: None if name in PLATFORM_ARGS else "" for name in names(stage.base)}
            value = expand(stage.base, {**empty, **stage.start.variables})
            if "$" in stage.base and value is not None and not stage.parent and not parse_image(stage.base, value):
                yield self.at(
                    stage.base,
                    f"Binder does not set the variables in this image's name. It becomes `{value}`, which is not an image, so the build stops",
                    help="Give the ARG a default value",
                )
