"""docker-looks-elsewhere: A RUN looks for a file in the wrong folder, and does nothing."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile, copied_file, copies
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile, workdirs
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.mentions import says_what_is_installed
from binderlint.snapshot import Snapshot

_ASKS = regex(r"(?:\[{1,2}|\btest)\s+-[efrs]\s+[\"']?(?:\./)?([\w.-]+)[\"']?(?=\s|$)")


class DockerLooksElsewhere(Rule):
    code = "DKR022"
    severity = Severity.WARNING
    level = Level.RUN

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        folder = build_plan(repo).binder_dir
        if not folder or dockerfile.final is None:
            return
        stage = dockerfile.final
        copied = {copy.path for copy in copies(repo, stage)}
        if not copied.isdisjoint((None, folder)):
            return
        asked = set[tuple[str, str]]()
        for instruction, here in workdirs(stage):
            if instruction.name != "RUN" or instruction.script is None or here is None:
                continue
            for found in _ASKS.finditer(instruction.script):
                name, inside = found[1], posixpath.join(folder, found[1])
                if (here, name) in asked or not says_what_is_installed(name):
                    continue
                asked.add((here, name))
                if repo.get(name) or not repo.get(inside) or inside in copied:
                    continue
                if copied_file(repo, stage, posixpath.join(here, name)):
                    continue
                yield self.at(
                    instruction.script.part(*found.span(1)),
                    f"`{name}` is looked for in `{here}`, but it lies in `{folder}` of this repository, so nothing is done with it",
                    help=f"Write `{inside}`",
                )
