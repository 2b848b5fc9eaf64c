"""docker-unpinned-base: The Dockerfile starts from an image whose content changes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.data import listed_words
from binderlint.facts.docker.service import session_dockerfile
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, images_of
from binderlint.read.images import frozen_stack, is_old_pangeo
from binderlint.snapshot import Snapshot

# Words in a tag that is moved to each new build, besides names of branches.
_MOVING = frozenset({"latest", "tip", "edge", "nightly", "rolling", "snapshot", "current", "stable", "binder", "base"})


class DockerUnpinnedBase(Rule):
    code = "DKR001"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(session_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        another = () if is_for_binder(repo) else (dockerfile.source.path,)
        for image in images_of(dockerfile):
            frozen = frozen_stack(image) or is_old_pangeo(image)  # rules of their own
            if image.digest or image.path == "docker.io/library/scratch" or frozen:
                continue
            if not image.tag:
                yield self.at(
                    image.written,
                    f"`{image.value}` has no tag, so every build uses whatever the image is on that day",
                    help=f"Name a version, as in `{image.value}:<version>`, or a digest",
                    explained_in=another,
                )
            elif _moves(image.tag):
                yield self.at(
                    image.written,
                    f"The tag `{image.tag}` moves to each new build of the image, so Binder may launch different software from what you tested",
                    help="Use the tag of one version, or a digest",
                    explained_in=another,
                )


def _moves(tag: str) -> bool:
    words = set(re.split(r"[-_.]", tag.lower()))
    return "latest" in words or bool(words & (_MOVING | listed_words("branch_names.txt")) and not re.search(r"\d", tag))
