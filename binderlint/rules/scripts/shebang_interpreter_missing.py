"""shebang-interpreter-missing: The first line of a script names a program that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.launch_scripts import launch_scripts
from binderlint.facts.environment.mapping import conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.script import Script
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot

# Programs that the image of a repo2docker build has not, and where the same program is (docker.io/library/buildpack-deps:24.04).
_MOVED = (
    (
        regex(
            r"(?:/usr/local/bin|/opt/\S+/bin|/(?:home|Users)/\S+/bin|[A-Za-z]:\S*|/[a-z]/\S*[/\\])/?(?P<name>bash|sh)(?:\.exe)?"
        ),
        "/bin/{name}",
    ),
    (regex(r"(?:/usr/bin|/bin)/(?P<name>python2?)"), "/usr/bin/env python"),
    (
        regex(
            r"(?:/usr/local/bin|/opt/(?!conda)\S+/bin|/(?:home/(?!jovyan)|Users/|anaconda|miniconda|root/)\S*/bin|[A-Za-z]:\S*|/[a-z]/\S*[/\\])/?(?P<name>python)[\d.]*(?:\.exe)?"
        ),
        "/usr/bin/env python3",
    ),
    (regex(r"(?P<name>bash|sh)"), "/bin/{name}"),
)


# What most scripts name. Which program `env` looks for is told by its argument.
_THERE = frozenset({"/bin/bash", "/bin/sh", "/usr/bin/bash", "/usr/bin/sh", "/usr/bin/python3"})


# Spaces that are neither blanks nor tabs, and characters of no width.
_INVISIBLE = regex(r"(?:[^\S \t\r]|[\u200b-\u200d\u2060\ufeff])+$")


_SHELLS_TO_INSTALL = ("zsh", "fish", "ksh", "tcsh", "csh")


class ShebangInterpreterMissing(Rule):
    code = "SCR004"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        for script, result in scripts:
            line, program, _ = script.shebang
            if line is None or not program:
                continue
            at = line.index(program)
            place = line.part(at, at + len(program))
            if not line.isprintable() and (hidden := _INVISIBLE.search(line, at)):
                yield self.at(
                    line.part(*hidden.span()),
                    f"The first line ends with an invisible character, which Linux treats as part of the program's name: {result}",
                    help=f"Use `{line[: hidden.start()]}`, with nothing after it",
                    fix=Fix("Remove the invisible character", (replace(line.part(*hidden.span()), ""),)),
                )
                continue
            if program in _THERE:
                continue
            name = script.shebang.interpreter
            if name in _SHELLS_TO_INSTALL:
                through_env = program.rpartition("/")[2] == "env"
                if _installed(repo, name) or (through_env and any(spec.key == name for spec in conda_specs(repo))):
                    continue
                yield self.at(
                    place,
                    f"The image has no `{name}`: {result}",
                    help=f"Rewrite the script for bash, or add `{name}` to apt.txt",
                )
                continue
            for pattern, instead in _MOVED:
                if found := pattern.fullmatch(program):
                    path = instead.format(name=found["name"])
                    yield self.at(
                        place,
                        f"The image has no `{program}`: {result}",
                        help=f"Use `#!{path}`",
                        fix=Fix(f"Use `{path}`", (replace(place, path),)),
                    )
                    break


def _installed(repo: Snapshot, package: str) -> bool:
    source = used_file(repo, "apt.txt")
    return bool(source and re.search(rf"^\s*{re.escape(package)}\b", source.text, re.MULTILINE))
