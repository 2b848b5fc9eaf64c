"""docker-no-python3: The image has no `python3`."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.docker.installs import may_have_python
from binderlint.facts.docker.service import INSTEAD
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import image_facts
from binderlint.snapshot import Snapshot


class DockerNoPython3(Rule):
    code = "DKR010"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        image = base_of(dockerfile)
        known = image_facts(image)
        stage = dockerfile.final
        if image and known and stage and known.python3 is False and not may_have_python(repo, stage):
            yield self.at(
                image.written,
                f"`{image.value}` has no `python3`, which BinderHub needs to start a session",
                help="Install Python 3 and Jupyter in the image, or start from one that has them, such as `quay.io/jupyter/base-notebook`"
                if is_for_binder(repo)
                else f"{INSTEAD}. Or install Python 3 and Jupyter in the image",
            )
