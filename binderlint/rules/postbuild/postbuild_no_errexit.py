"""postbuild-no-errexit: Errors in `postBuild` go unnoticed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert_lines
from binderlint.facts.scripts.failing import certainly_fails, may_fail
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Command, Script
from binderlint.snapshot import Snapshot


class PostbuildNoErrexit(Rule):
    code = "PBD003"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        shell = script.shell
        if shell is None or shell.broken:
            return
        running = script.running
        if any(one.errexit for one in script.commands) or any(
            one.name == "set" and one.has("-e", "errexit") for one in running
        ):
            return
        last = shell.statements[-1].place if shell.statements else None
        hidden = [
            one
            for one in running
            if one.name not in _CANNOT_FAIL
            and not one.ignored
            and not one.context.substitution
            and one.context.statement != last
        ]
        small = [one for one in hidden if one.name in _SMALL and not one.context.chained]
        rest = [one for one in hidden if one.name not in _SMALL]
        alone = [one for one in rest if not one.context.chained]  # where `set -e` stops
        found = [*alone, *(one for one in rest if not _asks(one)), *small]
        if not found:
            return
        chained = found[0].context.chained
        failing, doubtful = certainly_fails(repo, script), may_fail(repo, script)
        yield self.at(
            script.source,
            f"The build goes on when a command such as `{found[0].name or 'the first one'}` fails, and the image lacks what it should have made",
            help=f"Mend `{failing.name}` in line {failing.place.line}{_file(script, failing)}, which fails today, and add the line `set -e`"
            if failing
            else "Write each command that `&&` follows on a line of its own, since `set -e` does not stop at it, and add the line `set -e`"
            if chained
            else "Add the line `set -e`, once every command of the script works"
            if doubtful
            else "Add the line `set -e`",
            fix=None
            if failing or doubtful or chained
            else Fix(
                "Add `set -e`",
                (insert_lines(script.source, 2 if script.shebang.line else 1, "set -e"),),
                Applicability.UNSAFE,
            ),
        )


def _asks(command: Command) -> bool:
    """True when a command that `&&` follows is a question, whose answer may well be no."""
    from binderlint.read.shell.vocabulary import QUESTIONS

    return command.context.chained and (command.name in QUESTIONS or "command" in command.wrappers)


def _file(script: Script, command: Command) -> str:
    """Where a command is, when it is not in the script itself."""
    return "" if command.place.path == script.source.path else f" of `{command.place.path}`"


# Commands that fail, but are not what a script is for.
_SMALL = frozenset({"", ".", "source", "cd", "mkdir", "rm", "ls", "cp", "mv", "chmod", "conda activate", "conda"})
_CANNOT_FAIL = frozenset(
    {"echo", "printf", "set", "export", "true", ":", "exit", "shopt", "umask", "ulimit", "exec", "trap", "date", "pwd"}
)
