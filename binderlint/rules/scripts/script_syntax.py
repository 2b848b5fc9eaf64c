"""script-syntax: `start` or `postBuild` has a syntax error."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from binderlint.changes.launch_scripts import scripts
from binderlint.facts.environment.python import python_minor
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import python_2_line
from binderlint.read.digits import release
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
                    "Mend the line, and run the script once before you commit it",
                )
            if fault:
                yield self.at(fault.where, f"{fault.words}. This is a syntax error, so {result}", help=advice)


def _python(script: Script, python: str) -> Unbalanced | None:
    """The line that Python refuses; None where this Python, older than the one of the build, need not know better."""
    source = script.source
    line = python_2_line(source.text)
    if not line and sys.version_info[:2] >= release(python):
        try:
            ast.parse(source.text)
        except SyntaxError as error:
            line = error.lineno or 0
        except (ValueError, RecursionError, MemoryError):
            return None
    if not 0 < line <= source.text.count("\n") + 1:
        return None
    return Unbalanced(source.slice(*source.line(line)).trimmed(), "Python cannot read this line")
