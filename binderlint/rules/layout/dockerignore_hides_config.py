"""dockerignore-hides-config: An ignore file for Docker excludes files that Binder needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.changes.edits import append_lines
from binderlint.facts.ignore import Pattern, docker_excludes, docker_patterns
from binderlint.facts.notebooks import NOTEBOOK_ENDINGS
from binderlint.facts.rare_files import docker_ignores
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import CONFIG_NAMES
from binderlint.repo2docker.plan import Status
from binderlint.snapshot import Snapshot
from binderlint.source import Source

# Read from the copy of the repository in the image; the others are read before, from the clone.
_COPIED = frozenset(CONFIG_NAMES) - {"runtime.txt", "apt.txt", "Dockerfile", ".dockerignore", ".containerignore"}


class DockerignoreHidesConfig(Rule):
    code = "LAY014"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(docker_ignores)
    def check(self, repo: Snapshot, ignoring: tuple[Source, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.buildpack in (None, Buildpack.DOCKER):
            return
        patterns = [pattern for source in ignoring for pattern in docker_patterns(source)]
        if not patterns:
            return
        needed = [
            use.path for use in plan.files if use.status is Status.USED and posixpath.basename(use.path) in _COPIED
        ]
        hidden: dict[Pattern, list[str]] = {}
        for path in needed:
            if path in repo.sources and (pattern := docker_excludes(patterns, path)):
                hidden.setdefault(pattern, []).append(path)
        for pattern, paths in hidden.items():
            them = "it" if len(paths) == 1 else "them"
            yield self.at(
                pattern.line,
                f"This line excludes {listed(paths, 6)} from the build. Binder needs {them}, so the build stops",
                help=f"Include {them} again with a line that begins with `!`",
                fix=_take_back(pattern, paths),
            )
        notebooks = [path for path in repo.sources if path.endswith(NOTEBOOK_ENDINGS)]
        keepers = [docker_excludes(patterns, path) for path in notebooks]
        first = next(iter(keepers), None)
        if first and all(keepers) and first not in hidden:
            yield self.at(
                first.line,
                "This line excludes the notebooks from the build, so they are missing in the launched repository",
                help="Remove the line, or include the notebooks again with a line that begins with `!`",
                level=Level.RUN,
            )


def _take_back(pattern: Pattern, paths: list[str]) -> Fix:
    lines = "\n".join(f"!{path}" for path in paths)
    return Fix("Include the files again", (append_lines(pattern.line.place.source, lines),), Applicability.UNSAFE)
