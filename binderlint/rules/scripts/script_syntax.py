"""script-syntax: `start` or `postBuild` has a syntax error."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import scripts
from binderlint.facts.environment.python import python_minor
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import refused_line
from binderlint.read.script import Script
from binderlint.read.shell.balance import Unbalanced, unbalanced
from binderlint.snapshot import Snapshot

_SHELLS = frozenset({"", "bash", "sh", "dash"})


class ScriptSyntax(Rule):
    code = "SCR007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for script, result in scripts(repo):
            source = script.source
            if source.decode_error or source.has_bom:
                continue
            fault: Unbalanced | None = None
            if script.shell is not None and script.shebang.interpreter in _SHELLS:
                fault, advice = (
                    unbalanced(source.slice(0, len(source.text))),
                    f"`bash -n {source.path}` reads it without running it, and says where it stops",
                )
            elif script.shebang.language == "python":
                fault, advice = (
                    _python(script, python_minor(repo)),
                    f"`python -m py_compile {source.path}` reads it without running it, and says what is wrong",
                )
            if fault:
                yield self.at(fault.where, f"{fault.words}. This is a syntax error, so {result}", help=advice)


def _python(script: Script, python: str) -> Unbalanced | None:
    source = script.source
    line = refused_line(source.text, python)
    return Unbalanced(source.slice(*source.line(line)).trimmed(), "Python cannot read this line") if line else None
