"""poetry-own-environment: Poetry installs into an environment that notebooks do not use."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert
from binderlint.facts.environment.own_package import own_installs
from binderlint.facts.scripts.poetry import SWITCHED, command_texts, installs_project, is_off_in_toml
from binderlint.facts.scripts.start_and_post_build import poetry_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.script import Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

_OFF = "poetry config virtualenvs.create false"
# What may choose another environment for Poetry, or have notebooks find its own.
_OTHER = regex(
    r"VIRTUAL_ENV|CONDA_PREFIX|activate|profile|\brun\b|poetry (?:env|shell|export|config|self)|kernelspec|ipykernel|kernel install|PYTHONPATH|\bPATH=|ln -s|POETRY_|pip3? install (?:\S+ )*\."
)


class PoetryOwnEnvironment(Rule):
    code = "PBD020"
    severity = Severity.ERROR
    level = Level.RUN

    @about(poetry_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        start = start_script(repo)
        if script.shell is None or script.shell.broken:
            return
        if build_plan(repo).error or own_installs(repo) or (start and "poetry" in start.source.text):
            return
        if script.reads_profile or is_off_in_toml(repo):
            return
        if any(SWITCHED.search(text) or _OTHER.search(text) for text in command_texts(script.executed)):
            return
        if SWITCHED.search(script.source.prose) or any("pypoetry/" in path for path in repo.sources):
            return
        for command in script.running:
            if installs_project(command):
                whole = command.written[0].raw == "poetry"
                yield self.at(
                    command.place,
                    "Poetry makes an environment of its own here and installs into it. Notebooks run in Binder's environment, which gets nothing",
                    help=f"Write `{_OFF}` before it: then Poetry installs into the environment of the notebooks",
                    fix=Fix(
                        "Have Poetry install for the notebooks",
                        (insert(command.place.source, command.place.span.start, f"{_OFF} && "),),
                        Applicability.UNSAFE,
                    )
                    if whole
                    else None,
                )
                return
