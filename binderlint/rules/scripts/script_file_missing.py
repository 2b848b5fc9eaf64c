"""script-file-missing: A script needs a file that is not in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import rewritten
from binderlint.facts.scripts.called import called
from binderlint.facts.scripts.missing import missing_files
from binderlint.facts.scripts.uv import old_uv_settings
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot


class ScriptFileMissing(Rule):
    code = "SCR011"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for command, stops, effect in old_uv_settings(repo):
            word = command.args[0]
            yield self.at(
                word.raw,
                f"uv's installer has put uv in `~/.local/bin` since release 0.5 and makes no `~/.cargo/env`. The command fails, {effect}",
                help='Write `source "$HOME/.local/bin/env"`',
                severity=None if stops else Severity.WARNING,
                level=None if stops else Level.RUN,
                fix=rewritten(
                    "Read uv's file of today",
                    word.raw,
                    word.raw.replace(".cargo/env", ".local/bin/env"),
                    Applicability.SAFE,
                ),
            )
        for script, command, word, path in missing_files(repo):
            _, stops, effect = called(script, command)
            untracked = path in repo.untracked
            there = "is not in git, so Binder does not get it" if untracked else "is not in the repository"
            yield self.at(
                word.raw,
                f"`{path}` {there}, and nothing before this command makes it. The command fails, {effect}",
                help="Add the file to git"
                if untracked
                else "Add it to the repository, correct its name, or remove the command",
                severity=None if stops else Severity.WARNING,
                level=None if stops else Level.RUN,
            )
