"""postbuild-ends-with-condition: postBuild fails where its last condition does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.scripts.missing import is_missing_at, named_path
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.read.shell.closing import Closing
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PostbuildEndsWithCondition(Rule):
    code = "PBD022"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        closing = script.shell.closing if script.shell and not script.shell.broken else None
        if closing is None or not build_plan(repo).transparent:
            return
        path = named_path(closing.file, closing.folder) if closing.file else None
        there = _is_there(repo, script, closing, path or "")
        holds = closing.holds if closing.file is None or there is None else there is not closing.negated
        if holds or (holds is None and closing.file):
            return
        simple = "\n" not in f"{closing.condition}{closing.command}" and "<<" not in closing.command
        yield self.at(
            closing.condition,
            (
                f"{f'`{path}` is there' if there else f'There is no `{path}`'}, so this condition does not hold. "
                "As the last command of postBuild it makes the whole script fail, and the build with it"
                if there is not None
                else "This condition does not hold on Binder. As the last command of postBuild it makes the whole script fail, and the build with it"
                if holds is False
                else "Where this condition does not hold, postBuild ends with an error, since it is the last command, and the build fails"
            ),
            help="Write `if ...; then ...; fi`, which is no error where the condition does not hold",
            severity=None if holds is False else Severity.WARNING,
            fix=Fix(
                "Write it with `if`",
                (replace(closing.statement, f"if {closing.condition}; then {closing.command}; fi"),),
                Applicability.SAFE,
            )
            if simple
            else None,
        )


def _is_there(repo: Snapshot, script: Script, closing: Closing, path: str) -> bool | None:
    """Whether there is what the condition asks for; None where that is not known."""
    if not path:
        return None
    if repo.exists(path):
        kinds = "-ed" if repo.is_dir(path) else "-ef"
        return True if closing.operator[1] in kinds else None
    return False if is_missing_at(repo, script, closing.statement, path) else None
