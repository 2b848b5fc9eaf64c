"""config-not-tracked: A configuration file is not in git."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.for_binder import is_refused
from binderlint.facts.ignore import git_excludes
from binderlint.facts.named import untracked_configuration
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import CHOOSES
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class ConfigNotTracked(Rule):
    code = "LAY012"
    severity = Severity.ERROR
    level = Level.RUN

    @about(untracked_configuration)
    def check(self, repo: Snapshot, local: tuple[Source, ...]) -> Iterator[Diagnostic]:
        added = [Source(source.path, source.data, source.mode) for source in local]
        plan = build_plan(repo.replace([*repo.sources.values(), *added]))
        for source in local:
            if source.path != plan.path(source.name) or not plan.uses(source.path):
                continue
            pattern = git_excludes(repo, source.path)
            reason = f"`{pattern.line}` in {pattern.line.place.path} excludes it" if pattern else "it was never added"
            force = "--force " if pattern else ""
            yield self.at(
                source,
                f"This file is not in git ({reason}), so Binder does not get it",
                help=f"Run `git add {force}{source.path}`, commit and push",
                level=Level.LAUNCH if source.name in CHOOSES and is_refused(repo) else None,
            )
