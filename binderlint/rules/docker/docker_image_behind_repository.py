"""docker-image-behind-repository: The Dockerfile only names an image of an earlier commit."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile, image_of_commit
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.snapshot import Snapshot


class DockerImageBehindRepository(Rule):
    code = "DKR007"
    severity = Severity.INFO
    level = Level.POLISH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        if image := image_of_commit(dockerfile):
            yield self.at(
                image.written,
                f"Binder shows the repository as it was when this image was built (`{image.tag}`); later commits are not in it",
                help="Where a workflow writes this line, run it after the last commit; commits that only change this line do not matter",
            )
