"""docker-hub-rate-limit: The image comes from Docker Hub although it is published elsewhere too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, images_of
from binderlint.snapshot import Snapshot

# Images that the same makers publish in a registry without the limits of Docker Hub (their own READMEs).
_MIRRORS = (
    (r"docker\.io/pangeo/(?:base-image|(?:base|pangeo|ml|pytorch)-notebook)", "quay.io/pangeo"),
    (r"docker\.io/condaforge/miniforge3", "quay.io/condaforge"),
    (r"docker\.io/jupyterhub/(?:jupyterhub|singleuser)", "quay.io/jupyterhub"),
)


class DockerHubRateLimit(Rule):
    code = "DKR006"
    severity = Severity.INFO
    level = Level.POLISH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        for image in images_of(dockerfile):
            mirror = next((to for pattern, to in _MIRRORS if re.fullmatch(pattern, image.path)), None)
            if mirror and image.path.startswith("docker.io/") and re.match(r"202[2-9]|\d+\.", image.tag):
                yield self.at(
                    image.written,
                    "Docker Hub limits anonymous downloads, and all builds of a Binder service share that limit, so the build can fail now and then",
                    help=f"The same image is published as `{mirror}/{image.name}`",
                )
