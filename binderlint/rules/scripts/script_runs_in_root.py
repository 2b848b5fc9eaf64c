"""script-runs-in-root: A script looks in the root for a file that is in the binder directory."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.changes.launch_scripts import rewritten
from binderlint.facts.plans import folder_plan
from binderlint.facts.scripts.commands import failure_effect, script_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import CONDA, is_pip
from binderlint.read.script import UNKNOWN, Command, Word
from binderlint.read.shell.commands import COPIES
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot

# Programs that run or read the first file they are given, those that read every one, and options that name one.
_FIRST = frozenset({"bash", "sh", "source", ".", "python", "python3", "Rscript", "julia", "tar", "unzip"})
_EACH = frozenset({"cat", "head", "tail", "less"})
_OPTIONS = ("-r", "--requirement", "-c", "--constraint", "-f", "--file")


class ScriptRunsInRoot(Rule):
    code = "SCR006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(folder_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if not plan.transparent:
            return
        brought = _Brought()
        for script, command in script_commands(repo):
            for word in () if command.context.conditional else _read(command):
                path = posixpath.normpath(word.pattern)
                there = f"{plan.binder_dir}/{path}"
                if command.cwd != "" or repo.exists(path) or not repo.get(there) or brought.may_have(path):
                    continue
                decides = script.decides(command)
                yield self.at(
                    word.raw,
                    f"`{script.source.name}` runs in the root of the repository, where there is no `{path}`, so this command fails, {failure_effect(script, command)}",
                    help=f"Write `{there}`",
                    severity=None if decides else Severity.WARNING,
                    level=None if decides else Level.RUN,
                    fix=rewritten(f"Change it to `{there}`", word.raw, there) if word.raw == word.pattern else None,
                )
            brought.add(command)


def _read(command: Command) -> Iterator[Word]:
    """The files that a command reads or runs, where they are written as paths of their own."""
    given = [word for word in command.args if not word.pattern.startswith("-")]
    found: list[Word] = []
    if "/" in command.words[0].pattern:
        found = [command.words[0]]
    elif command.name in _FIRST and not command.has("-c", "-e", "-m"):
        found = given[:1]
    elif command.name in _EACH:
        found = given
    elif command.name in COPIES:
        found = given[:-1]
    elif is_pip(command.name) or command.name in CONDA:
        found = [after for word, after in zip(command.args, command.args[1:], strict=False) if word.pattern in _OPTIONS]
    for word in found:
        if word.pattern and UNKNOWN not in word.pattern and not word.pattern.startswith(("/", "~", "-", "..")):
            yield word


class _Brought:
    """What commands have named, one after the other: files that they may have brought to where the script runs."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._folders = False
        """Whether one has named a whole folder, or something that is not known."""

    def add(self, command: Command) -> None:
        for word in (*command.values, *(str(one.target.raw) for one in command.redirects if one.target)):
            self._folders |= word.endswith(("*", "/", "/.")) or UNKNOWN in word
            self._names.add(posixpath.basename(word))

    def may_have(self, path: str) -> bool:
        """Whether a file may have been brought."""
        return self._folders or posixpath.basename(path) in self._names
