"""script-copies-onto-itself: A script copies a file to where it is."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import removed
from binderlint.facts.scripts.commands import failure_effect
from binderlint.facts.scripts.failing import OntoItself, onto_themselves
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.snapshot import Snapshot


class ScriptCopiesOntoItself(Rule):
    code = "SCR010"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(onto_themselves)
    def check(self, repo: Snapshot, found: tuple[OntoItself, ...]) -> Iterator[Diagnostic]:
        for script, command, paths, is_all in found:
            decides = script.decides(command)
            files = listed(paths)
            yield self.at(
                command.place,
                f'{files} {"is" if len(paths) == 1 else "are"} there already, since the repository is the home folder on Binder. `{command.name}` fails with "are the same file", {failure_effect(script, command)}',
                help="Remove the command" if is_all else f"Remove {files} from the command",
                severity=None if decides else Severity.INFO,
                level=None if decides else Level.POLISH,
                fix=removed(command, "Remove the command", Applicability.SAFE) if is_all else None,
            )
