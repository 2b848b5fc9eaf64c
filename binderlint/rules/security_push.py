"""SEC: credentials in a session that anybody can open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.files.launch import MYBINDER
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command
    from binderlint.repository import Repository
    from binderlint.source import Source

_OPTIONS_WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace")
_PUSHED = regex(rb"\bgit\b[^\n]{0,200}\bpush\b")


def _notebook(line: str) -> str:
    return (
        '{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "metadata": {},\n   "outputs": [],\n'
        f'   "source": [\n    "{line}"\n   ]\n  }}\n ],\n "metadata": {{}},\n "nbformat": 4,\n "nbformat_minor": 4\n}}\n'
    )


class PushesFromBinder(Rule):
    """Something pushes to a git repository from a session.

    A session on mybinder.org belongs to nobody: anybody can open one without a login, and read everything in its image. For `git push` to work there, the credentials would have to be in the repository or the image, where they are public. Without them the command
    fails, or waits for a password that `start` cannot give.
    """

    code = "SEC003"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/mybinder.org-user-guide: docs/about/user-guidelines.rst",)
    examples = (
        Bad(
            {"start": '#!/bin/bash\ngit add . && git -C notebooks push origin main\nexec "$@"\n'},
            at="start:2:14",
            why="git push in start",
        ),
        Bad(
            {"requirements.txt": "numpy\n", "postBuild": "#!/bin/bash\ngit push || true\n"},
            at="postBuild:2:1",
            why="git push in postBuild",
        ),
        Bad({"a.ipynb": _notebook("!git push origin HEAD")}, at="a.ipynb:9", why="git push in a notebook"),
        Good({"start": '#!/bin/bash\n# git push\necho "git push"\nexec "$@"\n'}, why="A comment and a text"),
        Good(
            {"start": '#!/bin/bash\ngit config --global push.default simple\nexec "$@"\n'}, why="A setting for git push"
        ),
        Good({"start": '#!/bin/bash\nsave() { git push; }\nexec "$@"\n'}, why="A function that is never called"),
        Good({"start": '#!/bin/bash\ngit push\nexec "$@"\n'}, hub="hub.example.org", why="A hub with logins"),
        Good({"a.ipynb": _notebook("# then: git push")}, why="A comment in a notebook"),
        Good({"docs/a.md": "    git push\n"}, why="A text about it"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.hub != MYBINDER:
            return
        from binderlint.files.notebook import may_run

        commands: list[Command] = []
        for script in (repo.post_build, repo.start):
            commands += script.running if script else ()
        for source in repo.files:
            if source.name.endswith(".ipynb") and b"push" in source.searchable and may_run(source, _PUSHED):
                commands += _in_notebook(source)
        for command in commands:
            if command.name == "git" and _subcommand(command) == "push":
                yield self.at(
                    command.place,
                    "A session on mybinder.org has no credentials of its own, so this push fails, unless they are public in the image",
                    help="Leave it out; visitors can download what they made",
                )


def _in_notebook(source: Source) -> Iterator[Command]:
    """The commands of the lines with `!`."""
    from binderlint.files.notebook import read
    from binderlint.files.script import parse

    for cell in read(source).cells:
        for line in cell.lines if cell.kind == "code" else ():
            start = len(line) - len(line.lstrip())
            if line.startswith("!", start) and "push" in line:
                yield from parse(line.part(start + 1, len(line))).commands


def _subcommand(command: Command) -> str:
    values = iter(command.values)
    for value in values:
        if value in _OPTIONS_WITH_VALUE:
            next(values, "")
        elif not value.startswith("-"):
            return value
    return ""
