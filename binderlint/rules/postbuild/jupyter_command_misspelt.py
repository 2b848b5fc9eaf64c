"""jupyter-command-misspelt: A script calls a `jupyter` command by a misspelt name."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import rewritten
from binderlint.facts.scripts.failing import REMOVED
from binderlint.facts.scripts.misspelt import Misspelt, misspelt_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class JupyterCommandMisspelt(Rule):
    code = "PBD023"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(misspelt_commands)
    def check(self, repo: Snapshot, found: tuple[Misspelt, ...]) -> Iterator[Diagnostic]:
        for (command, stops, effect), written, meant in found:
            removed = meant in REMOVED and build_plan(repo).transparent
            word = next((one for one in command.args if one.raw == written), None)
            yield self.at(
                command.place,
                f"There is no command `jupyter {written}`: this fails, {effect}",
                help="Write `jupyter server extension`"
                if removed and meant == "serverextension"
                else f"Remove the line: Notebook 7 has no `jupyter {meant}` either"
                if removed
                else f"Write `jupyter {meant}`",
                severity=None if stops else Severity.WARNING,
                level=None if stops else Level.RUN,
                fix=rewritten(f"Change it to `{meant}`", word.raw, meant, Applicability.UNSAFE)
                if word and not removed
                else None,
            )
