"""config-not-tracked: A configuration file is not in git."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.facts.for_binder import is_refused
from binderlint.facts.ignore import git_excludes
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import CHOOSES, CONFIG_NAMES
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class ConfigNotTracked(Rule):
    code = "LAY012"
    severity = Severity.ERROR
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        local = [source for path, source in repo.untracked.items() if posixpath.basename(path) in CONFIG_NAMES]
        if not local:
            return
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
