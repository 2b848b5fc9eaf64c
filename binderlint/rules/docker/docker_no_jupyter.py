"""docker-no-jupyter: The image has no Jupyter."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert_lines
from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.docker.installs import may_have_jupyter, may_have_python
from binderlint.facts.docker.service import INSTEAD, is_service
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import image_facts
from binderlint.snapshot import Snapshot


class DockerNoJupyter(Rule):
    code = "DKR009"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        image = base_of(dockerfile)
        known = image_facts(image)
        stage = dockerfile.final
        if not image or not known or not stage or known.jupyter is not False:
            return
        hidden = may_have_jupyter(repo, stage)
        if hidden and not is_service(repo):
            return
        if known.python3 is False and not may_have_python(repo, stage):
            return
        source, line = image.written.place.source, stage.start.place.end_line + 1
        install = "RUN python3 -m pip install --no-cache-dir notebook jupyterlab"
        another = not is_for_binder(repo)
        simple = known.pip and known.root and not stage.parent and not another
        yield self.at(
            image.written,
            f"`{image.value}` does not include Jupyter and nothing here "
            + ("names it, so Binder probably has" if hidden else "installs it, so Binder has")
            + " nothing to launch",
            help=f"{INSTEAD}. Or install `notebook` and `jupyterlab` in the image"
            if another
            else "Install `notebook` and `jupyterlab` in the image",
            severity=Severity.WARNING if hidden else None,
            explained_in=(source.path,) if hidden else (),
            fix=Fix("Install Jupyter", (insert_lines(source, line, install),), Applicability.UNSAFE)
            if simple
            else None,
        )
