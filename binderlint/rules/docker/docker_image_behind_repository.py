"""docker-image-behind-repository: The Dockerfile only names an image of an earlier commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import image_facts, onbuild_files
from binderlint.snapshot import Snapshot


class DockerImageBehindRepository(Rule):
    code = "DKR007"
    severity = Severity.INFO
    level = Level.POLISH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        image = base_of(dockerfile)
        if image and len(dockerfile.instructions) == 1 and not image_facts(image) and not onbuild_files(image):
            if re.fullmatch(r"(?=.*[a-f])(?=.*\d)(?:[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{7,8})", image.tag):
                yield self.at(
                    image.written,
                    f"Binder shows the repository as it was when this image was built (`{image.tag}`); later commits are not in it",
                    help="Where a workflow writes this line, run it after the last commit; commits that only change this line do not matter",
                )
