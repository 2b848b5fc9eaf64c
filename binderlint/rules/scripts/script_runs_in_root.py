"""script-runs-in-root: A script looks for a file of the binder directory where it does not lie."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.changes.launch_scripts import rewritten
from binderlint.facts.scripts.commands import failure_effect, script_commands
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import CONDA, is_pip
from binderlint.read.script import UNKNOWN, Command, Word
from binderlint.read.shell.vocabulary import COPIES
from binderlint.repo2docker.build import build_plan
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

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if not plan.binder_dir or not plan.transparent:
            return
        brought: list[str] = []
        for script, command in script_commands(repo):
            for word in () if command.context.conditional else _read(command):
                path = posixpath.normpath(word.pattern)
                there = f"{plan.binder_dir}/{path}"
                if command.cwd != "" or repo.exists(path) or not repo.get(there) or _may_bring(brought, path):
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
            brought += [*command.values, *(str(one.target.raw) for one in command.redirects if one.target)]


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


def _may_bring(brought: list[str], path: str) -> bool:
    """Whether a command before has named the file, or a whole folder that it may have copied from."""
    name = posixpath.basename(path)
    return any(name in one or one.endswith(("*", "/", "/.")) or UNKNOWN in one for one in brought)
