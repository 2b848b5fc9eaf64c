"""docker-invalid: Docker cannot read the Dockerfile."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.read.dockerfile.refused import refused
from binderlint.read.shell.balance import unbalanced
from binderlint.snapshot import Snapshot


class DockerInvalid(Rule):
    code = "DKR024"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        for one in refused(dockerfile):
            yield self.at(one.where, f"{one.words}, so the build stops before it begins", help=one.advice)
        for stage in dockerfile.needed:
            if any(one.name == "SHELL" for one in stage.lineage):
                continue
            for step in stage.instructions:
                if step.script is not None and (fault := unbalanced(step.script)):
                    yield self.at(
                        fault.where,
                        f"{fault.words}. This is a syntax error of the shell, so this `RUN` fails and the build stops",
                        help="Mend the command; a long one is easier to test as a script that `RUN` calls",
                    )
