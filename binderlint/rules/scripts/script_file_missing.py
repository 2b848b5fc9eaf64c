"""script-file-missing: A script needs a file that is not in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.scripts.commands import failure_effect
from binderlint.facts.scripts.missing import Missing, missing_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class ScriptFileMissing(Rule):
    code = "SCR011"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(missing_files)
    def check(self, repo: Snapshot, found: tuple[Missing, ...]) -> Iterator[Diagnostic]:
        for script, command, word, path in found:
            decides = script.decides(command)
            untracked = path in repo.untracked
            there = "is not in git, so Binder does not get it" if untracked else "is not in the repository"
            yield self.at(
                word.raw,
                f"`{path}` {there}, and nothing before this command makes it. The command fails, {failure_effect(script, command)}",
                help="Add the file to git"
                if untracked
                else "Add it to the repository, correct its name, or remove the command",
                severity=None if decides else Severity.WARNING,
                level=None if decides else Level.RUN,
            )
