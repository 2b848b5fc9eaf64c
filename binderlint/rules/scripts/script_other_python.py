"""script-other-python: A script names a Python that the build does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.launch_scripts import BUILD_FAILS, START_DIES, launch_scripts, result
from binderlint.changes.python import PYTHONS
from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.python import python_minor
from binderlint.facts.scripts.start_and_post_build import naming_pythons
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.digits import release
from binderlint.read.installer import CONDA
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_NAMED = regex(r"(?:\S*/)?python(2|[23]\.\d+)")
_FOLDER = regex(r"lib/python([23]\.\d+)/(?:site|dist)-packages")
_BEFORE = frozenset({"sudo", "env", "exec", "time", "nohup", "command"})
_OTHERS = regex(r"pyenv|\buv\b|pixi|asdf|pypy|deadsnakes|make\s+(?:alt)?install|spack|\bnix|micromamba")
# Ubuntu's Python and those that conda itself may run with are there, too (docker.io/library/buildpack-deps:24.04, conda/install-base-env.bash).
_UBUNTUS = (3, 12)


class ScriptOtherPython(Rule):
    code = "SCR009"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(naming_pythons)
    def check(self, repo: Snapshot, scripts: tuple[Script, ...]) -> Iterator[Diagnostic]:
        plan, minor = build_plan(repo), python_minor(repo)
        if not minor or plan.error or plan.separate_kernel or _may_have_others(repo):
            return
        for script in scripts:
            effect = START_DIES if script.source.name == "start" else BUILD_FAILS
            line, program, _ = script.shebang
            found = _NAMED.fullmatch(script.shebang.interpreter)
            if line and found and program.startswith("/usr/bin/") and _is_missing(found[1], minor):
                written = found[0] if program.endswith("/env") else program
                at = line.index(written)
                yield self._named(line.part(at, at + len(written)), written, minor, effect)
            for command in script.running:
                if not command.context.condition:
                    yield from self._command(repo, script, command, minor)

    def _command(self, repo: Snapshot, script: Script, command: Command, minor: str) -> Iterator[Diagnostic]:
        for index, word in enumerate(command.written):
            found = _NAMED.fullmatch(word.raw)
            first = all(before.raw in _BEFORE for before in command.written[:index])
            if found and first and _is_missing(found[1], minor):
                decides = script.decides(command)
                yield self._named(word.raw, found[0], minor, result(script, command), decides)
            for folder in _FOLDER.finditer(word.raw) if word.place.text == word.raw else ():
                if _is_missing(folder[1], minor) and not any(f"{folder[0]}/" in path for path in repo.sources):
                    version = word.raw.part(*folder.span(1))
                    yield self.at(
                        word.raw.part(*folder.span()),
                        f"This is a folder of Python {folder[1]}, but Binder builds with Python {minor}: nothing is there",
                        help=f"Write `{folder[0].replace(folder[1], minor)}`",
                        severity=Severity.WARNING,
                        level=Level.RUN,
                        fix=Fix(f"Use the folder of Python {minor}", (replace(version, minor),), Applicability.UNSAFE),
                    )

    def _named(self, where: Text, name: str, minor: str, effect: str, decides: bool = True) -> Diagnostic:
        wanted = name.rpartition("python")[2]
        also = f", or choose Python {wanted} for the build" if wanted in PYTHONS else ""
        instead = "/usr/bin/env python" if name.startswith("/usr/bin/") else "python"
        return self.at(
            where,
            f"There is no `{name}`: Binder builds with Python {minor}, so {effect}",
            help=f"Write `{instead}`{also}",
            severity=None if decides else Severity.WARNING,
            level=None if decides else Level.RUN,
            fix=Fix("Use the Python of the build", (replace(where, instead),), Applicability.UNSAFE)
            if where.place.text == where
            else None,
        )


def _is_missing(version: str, minor: str) -> bool:
    return version != minor and release(version) < _UBUNTUS


def _may_have_others(repo: Snapshot) -> bool:
    """Whether something may bring a Python beside that of the build."""
    if any(re.match(r"python|pypy", str(word)) for entry in apt_entries(repo) for word in entry.words):
        return True
    for script, _ in launch_scripts(repo):
        if _OTHERS.search(script.source.prose):
            return True
        for command in script.executed:
            if command.name in CONDA and any(re.match(r"create|env|python|\S+::python", one) for one in command.values):
                return True
    return False
