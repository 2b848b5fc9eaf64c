"""docker-frozen-registry: A Jupyter image comes from Docker Hub, where it is no longer built."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.digits import DAY
from binderlint.read.dockerfile.instructions import Dockerfile, images_of
from binderlint.read.images import frozen_stack
from binderlint.snapshot import Snapshot


class DockerFrozenRegistry(Rule):
    code = "DKR002"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        for image in images_of(dockerfile):
            found = frozen_stack(image)
            if not found or image.digest:
                continue
            start = re.match(r"(?:docker\.io/)?(?=jupyter/)", image.written)
            edits = (replace(image.written.part(*start.span()), "quay.io/"),) if start else ()
            if image.tag in ("", "latest"):
                yield self.at(
                    image.written,
                    f"`{found}` on Docker Hub has not been updated since October 2023, so Binder launches software from that time",
                    help=f"Use `quay.io/{found}`, with the tag of a version",
                    fix=Fix(f"Use `quay.io/{found}`", edits, Applicability.UNSAFE) if edits else None,
                )
            elif _only_on_quay(image.tag):
                yield self.at(
                    image.written,
                    f"`{found}:{image.tag}` is not on Docker Hub, where nothing has been added since October 2023, so the build fails",
                    help=f"Use `quay.io/{found}:{image.tag}`",
                    fix=Fix(f"Use `quay.io/{found}`", edits) if edits else None,
                    severity=Severity.ERROR,
                    level=Level.LAUNCH,
                )


def _only_on_quay(tag: str) -> bool:
    """Whether a tag of the Jupyter stacks is newer than 20 October 2023 (docker-stacks CHANGELOG: Python 3.12 came in 2024, 3.13 in 2025)."""
    name = re.sub(r"^(?:x86_64|aarch64)-", "", tag)
    if DAY.fullmatch(name):
        return name > "2023-10-20"
    return bool(re.match(r"python-3\.1[2-9]|lab-4\.[1-9]|lab-[5-9]|notebook-7\.[1-9]|hub-[5-9]|ubuntu-24", name))
