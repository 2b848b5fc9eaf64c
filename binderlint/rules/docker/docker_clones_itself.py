"""docker-clones-itself: The Dockerfile clones its own repository."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import docker_runs
from binderlint.facts.docker.service import session_dockerfile
from binderlint.git import hosted_name
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.snapshot import Snapshot


class DockerClonesItself(Rule):
    code = "DKR017"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    needs_git = True

    @about(session_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        if not repo.git.origin:
            return
        for run in docker_runs(repo):
            for command in run.commands:
                if command.name == "git" and "clone" in command.operands[:1]:
                    if any(hosted_name(value).lower() == repo.git.origin.lower() for value in command.operands[1:]):
                        yield self.at(
                            command.place,
                            "Docker caches the result of this line, so Binder shows the repository as it was at some earlier build",
                            help="Use `COPY --chown=1000 . ${HOME}`: the build has the files of the commit that is launched",
                        )
