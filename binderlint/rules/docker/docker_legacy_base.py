"""docker-legacy-base: The Dockerfile starts from `andrewosh/binder-base`, which Binder refuses."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.rare_files import root_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class DockerLegacyBase(Rule):
    code = "DKR003"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(root_dockerfile)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        line = next((line for line in source.lines() if line.startswith("FROM")), None)
        if line and "andrewosh/binder-base" in line.partition("#")[0].lower():
            yield self.at(
                line.trimmed(),
                "Binder stops at this image, which belongs to the first version of Binder, whatever other configuration the repository has",
                help="Remove the Dockerfile and describe the environment in `environment.yml` or `requirements.txt`",
            )
