"""docker-pangeo-onbuild: The Dockerfile starts from an old Pangeo image that runs build steps of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import is_old_pangeo
from binderlint.snapshot import Snapshot


class DockerPangeoOnbuild(Rule):
    code = "DKR005"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        image = base_of(dockerfile)
        if image and is_old_pangeo(image):
            day = re.match(r"(20\d\d)\.\d\d\.\d\d", image.tag)
            year = f"from {day[1]}" if day else "from 2020 at the latest"
            yield self.at(
                image.written,
                f"`{image.value}` installs this repository's files with conda on a system {year}, which fails on current packages",
                help="Use `environment.yml` without a Dockerfile, or start from a current `quay.io/pangeo/base-image`",
            )
