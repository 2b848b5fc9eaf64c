"""script-syntax: `start` or `postBuild` has a syntax error."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import launch_scripts
from binderlint.facts.environment.python import python_minor
from binderlint.facts.scripts.commands import failure_effect
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import refused_line
from binderlint.read.script import Command, Script
from binderlint.read.shebang import shebang
from binderlint.read.shell.balance import Unbalanced, unbalanced
from binderlint.read.shell.commands import repository_path
from binderlint.read.shell.machine import own_shell
from binderlint.snapshot import Snapshot
from binderlint.source import Source

_SHELLS = frozenset({"", "bash", "sh", "dash"})


class ScriptSyntax(Rule):
    code = "SCR007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        for script, result in scripts:
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
            else:
                yield from self._others(repo, script, f"and {result}")

    def _others(self, repo: Snapshot, script: Script, result: str) -> Iterator[Diagnostic]:
        """The shell scripts of the repository that a script runs."""
        told: set[str] = set()
        for command in script.executed:
            file = _file_of(repo, command)
            fault = unbalanced(file.slice(0, len(file.text))) if file and file.path not in told else None
            if file and fault:
                told.add(file.path)
                ends = command.name == "." and script.shebang.interpreter in ("sh", "dash")  # which bash does not
                decides = ends or script.decides(command)
                effect = result if ends else failure_effect(script, command)
                yield self.at(
                    fault.where,
                    f"{fault.words}. This is a syntax error: `{script.source.path}` runs this file, which fails, {effect}",
                    help=f"`bash -n {file.path}` reads it without running it, and says where it stops",
                    severity=None if decides else Severity.WARNING,
                    level=None if decides else Level.RUN,
                )


def _file_of(repo: Snapshot, command: Command) -> Source | None:
    """The shell script of the repository that a command runs; None where it runs none."""
    if command.name in (*_SHELLS, "source", ".") and command.name:
        word = command.args[0] if command.args else None  # options come before it: then it is not looked for
    else:
        word = command.words[0] if "/" in (command.words[0].pattern if command.words else "") else None
    path = repository_path(word.pattern, command.cwd) if word else None
    file = repo.get(path) if path else None
    if file is None or file.decode_error or file.has_bom or not own_shell(shebang(file).language, command.name):
        return None
    return file if shebang(file).interpreter in _SHELLS else None


def _python(script: Script, python: str) -> Unbalanced | None:
    source = script.source
    line = refused_line(source.text, python)
    return Unbalanced(source.slice(*source.line(line)).trimmed(), "Python cannot read this line") if line else None
