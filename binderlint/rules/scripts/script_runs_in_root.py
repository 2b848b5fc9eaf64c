"""script-runs-in-root: A script looks for a file where it is not."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import rewritten
from binderlint.facts.scripts.commands import failure_effect
from binderlint.facts.scripts.failing import Misplaced, misplaced_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class ScriptRunsInRoot(Rule):
    code = "SCR006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(misplaced_files)
    def check(self, repo: Snapshot, found: tuple[Misplaced, ...]) -> Iterator[Diagnostic]:
        folder = build_plan(repo).binder_dir
        for script, command, word, path, there in found:
            decides = script.decides(command)
            missing = (
                f"`{script.source.name}` runs in the root of the repository, where there is no `{path}`"
                if there == f"{folder}/{path}"
                else f"The repository has `{there}`, but no `{path}`"
            )
            yield self.at(
                word.raw,
                f"{missing}, so this command fails, {failure_effect(script, command)}",
                help=f"Write `{there}`",
                severity=None if decides else Severity.WARNING,
                level=None if decides else Level.RUN,
                fix=rewritten(f"Change it to `{there}`", word.raw, there) if word.raw == word.pattern else None,
            )
