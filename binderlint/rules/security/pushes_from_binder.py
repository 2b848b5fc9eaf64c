"""pushes-from-binder: Something pushes to a git repository from a session."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.parsed import notebook_of
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import MYBINDER
from binderlint.read.notebook import may_run
from binderlint.read.plain_notebook import PlainNotebook, cells_with
from binderlint.read.script import Command, parse_shell
from binderlint.snapshot import Snapshot

_OPTIONS_WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace")


_PUSHED = regex(rb"git\b[^\n]{0,200}\bpush\b")


class PushesFromBinder(Rule):
    code = "SEC003"
    severity = Severity.WARNING
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        if repo.hub != MYBINDER:
            return

        commands: list[Command] = []
        for script in (post_build_script(repo), start_script(repo)):
            commands += script.running if script else ()
        for source in repo.files:
            if source.name.endswith(".ipynb") and b"push" in source.searchable and may_run(source, _PUSHED):
                commands += _in_notebook(notebook_of(repo, source))
        for command in commands:
            if command.name == "git" and _subcommand(command) == "push":
                yield self.at(
                    command.place,
                    "A session on mybinder.org has no credentials of its own, so this push fails unless the image makes some public",
                    help="Remove it; visitors can download what they have made",
                )


def _in_notebook(page: PlainNotebook) -> Iterator[Command]:
    """The commands of the lines with `!`."""
    for cell in cells_with(page, lambda text: "push" in text):
        for line in cell.lines if cell.kind == "code" else ():
            start = len(line) - len(line.lstrip())
            if line.startswith("!", start) and "push" in line:
                yield from parse_shell(line.part(start + 1, len(line))).commands


def _subcommand(command: Command) -> str:
    values = iter(command.values)
    for value in values:
        if value in _OPTIONS_WITH_VALUE:
            next(values, "")
        elif not value.startswith("-"):
            return value
    return ""
