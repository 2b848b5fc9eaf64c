"""pipenv-own-environment: pipenv installs into an environment that notebooks do not use."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert
from binderlint.facts.scripts.poetry import command_texts
from binderlint.facts.scripts.start_and_post_build import pipenv_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.script import Script
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

# What may choose another environment for pipenv, have notebooks find its own, or install what it lists with pip.
_OTHER = regex(
    r"VIRTUAL_ENV|activate|kernelspec|ipykernel|kernel install|PYTHONPATH|\bPATH=|PIPENV_|--system|pipenv (?:run|shell|requirements|lock)|ln -s"
)


class PipenvOwnEnvironment(Rule):
    code = "PBD024"
    severity = Severity.ERROR
    level = Level.RUN

    @about(pipenv_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        start, plan = start_script(repo), build_plan(repo)
        if script.shell is None or script.shell.broken or not plan.transparent or plan.buildpack == Buildpack.PIPFILE:
            return
        if script.reads_profile or (start and "pipenv" in start.source.text):
            return
        if any(_OTHER.search(text) for text in (*command_texts(script.executed), script.source.prose)):
            return
        for command in script.running:
            if command.ignored or subcommand(command)[:2] not in (("pipenv", "install"), ("pipenv", "sync")):
                continue
            named = len(subcommand(command)) > 2
            last = command.words[-1].place
            yield self.at(
                command.place,
                "pipenv makes an environment of its own here and installs into it. Notebooks run in Binder's environment, which gets nothing",
                help="Use `pip install` for these packages"
                if named
                else "Add `--system`: then pipenv installs into the environment of the notebooks",
                fix=None
                if named
                else Fix(
                    "Have pipenv install for the notebooks",
                    (insert(last.source, last.span.end, " --system"),),
                    Applicability.UNSAFE,
                ),
            )
            return
