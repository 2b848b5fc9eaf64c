"""poetry-python-excluded: Poetry refuses to install for the Python of the build."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from binderlint.changes.python import PYTHONS, pin_python
from binderlint.facts.docker.context import base_image, build_dockerfile, copied_file, docker_runs
from binderlint.facts.docker.installs import hides_origin
from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.held import python_fits
from binderlint.facts.environment.own_package import is_for_poetry_1, poetry_python
from binderlint.facts.environment.python import python_releases
from binderlint.facts.for_binder import is_refused
from binderlint.facts.scripts.commands import failure_effect
from binderlint.facts.scripts.poetry import (
    SWITCH,
    SWITCHED,
    command_text,
    command_texts,
    installs_project,
    is_off_in_toml,
    is_poetry_pinned,
    last_poetry,
)
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.constraints import poetry_admits
from binderlint.read.digits import release
from binderlint.read.dockerfile.instructions import workdirs
from binderlint.read.images import python_of
from binderlint.read.matchspec import PATCHES
from binderlint.read.pythons import python_release
from binderlint.read.script import Command
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

_UBUNTUS = "3.12"
"""The `python3` of Binder's base image, which Poetry takes where it is allowed."""
_ANY_SYSTEM = tuple(f"3.{minor}" for minor in range(5, 15))
_OTHER_PYTHON = regex(
    r"conda\s|mamba\s|anaconda|miniconda|miniforge|mambaforge|pyenv|deadsnakes|\buv\b|pixi|asdf|\brye\b|pypy|(?<!/)python[23]?\.\d|\bvenv\b|\bvirtualenv\b|activate|\benv use|poetry (?:python|env)|--python|make install|spack|\bnix"
)


class PoetryPythonExcluded(Rule):
    code = "PBD018"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(poetry_python)
    def check(self, repo: Snapshot, written: str) -> Iterator[Diagnostic]:
        yield from self._in_post_build(repo, written)
        yield from self._in_dockerfile(repo, written)

    def _in_post_build(self, repo: Snapshot, written: str) -> Iterator[Diagnostic]:
        plan, script, releases = build_plan(repo), post_build_script(repo), python_releases(repo)
        if script is None or script.shell is None or script.shell.broken or not releases or is_refused(repo):
            return
        if plan.error or not plan.transparent or plan.separate_kernel or not _excludes(written, releases):
            return
        commands = script.executed
        if _may_find_other(commands) or any(_is_other(str(word)) for one in apt_entries(repo) for word in one.words):
            return
        minor = ".".join(releases[0].split(".")[:2])
        last = None if is_poetry_pinned(repo, commands) else last_poetry(minor)
        off = any(SWITCHED.search(text) for text in command_texts(commands, script.source.prose)) or is_off_in_toml(
            repo
        )
        if not _is_certain(repo, written, (_UBUNTUS,), off, last):
            return
        for command in commands:
            if installs_project(command):
                decides = script.decides(command)
                yield self.at(
                    command.place,
                    f"{_needs(written, releases, minor)}, so `{' '.join(subcommand(command)[:2])}` fails, {failure_effect(script, command)}",
                    help=_advice(written, minor, "Choose a Python that it allows in environment.yml or runtime.txt"),
                    fix=_pin(repo, written, minor),
                    level=None if decides else Level.RUN,
                )
                return

    def _in_dockerfile(self, repo: Snapshot, written: str) -> Iterator[Diagnostic]:
        dockerfile = build_dockerfile(repo)
        stage = dockerfile.final if dockerfile else None
        image = base_image(repo)
        minor = python_of(image) if image else None
        if dockerfile is None or stage is None or image is None or minor is None or hides_origin(stage):
            return
        releases = _releases(minor)
        runs = docker_runs(repo)
        commands = [command for run in runs for command in run.commands]
        if not _excludes(written, releases) or not all(run.clear for run in runs) or _may_find_other(commands):
            return
        last = None if is_poetry_pinned(repo, commands) else last_poetry(minor)
        folders = {id(instruction): here for instruction, here in workdirs(stage)}
        for run in runs:
            variables = run.instruction.variables
            off = variables.get(SWITCH) == "false" or is_off_in_toml(repo)
            off = off or any(SWITCHED.search(text) for text in command_texts(commands))
            here = folders.get(id(run.instruction))
            project = copied_file(repo, stage, posixpath.join(here, "pyproject.toml")) if here else None
            if project is None or project is not repo.get("pyproject.toml"):
                continue
            if variables.get("POETRY_VERSION") or not _is_certain(repo, written, _ANY_SYSTEM, off, last):
                continue
            for command in run.commands:
                if installs_project(command) and (command.errexit or _is_last(command, run.commands)):
                    yield self.at(
                        command.place,
                        f"The project needs Python `{written}`, but `{image.value}` has Python {minor}, so `{' '.join(subcommand(command)[:2])}` fails, and the build with it",
                        help=_advice(written, minor, "Start from an image with a Python that it allows"),
                    )
                    return


def _is_certain(repo: Snapshot, written: str, others: Iterable[str], off: bool, last: tuple[int, ...] | None) -> bool:
    """Whether Poetry, whose version is known or None, fails: it can read the project, and no other Python will do that the system may have."""
    if not is_for_poetry_1(repo) and (last is None or last < (2,)):
        return False
    if off and last is not None and last >= (2, 5):
        return True
    return all(_excludes(written, _releases(other)) for other in others)


def _releases(minor: str) -> tuple[str, ...]:
    return tuple(f"{minor}.{patch}" for patch in range(PATCHES))


def _excludes(written: str, releases: Iterable[str]) -> bool:
    return all(poetry_admits(written, one) is False for one in releases)


def _is_last(command: Command, commands: Sequence[Command]) -> bool:
    """Whether the failure of a command, or of those joined to it with `&&`, is that of all."""
    return command.context.statement == commands[-1].context.statement


def _may_find_other(commands: Iterable[Command]) -> bool:
    """Whether a command may bring another Python, or is not known."""
    return any(not one.name or _OTHER_PYTHON.search(command_text(one)) for one in commands)


def _is_other(package: str) -> bool:
    """Whether a package of Ubuntu may be a Python other than its own."""
    return bool(re.match(r"pypy|python(?!3(?:\.12)?(?:-|$))", package))


def _needs(written: str, releases: tuple[str, ...], minor: str) -> str:
    if _is_exact(written) and release(written)[:2] == release(minor):
        return f"Poetry reads Python `{written}` as {written}.0, but Binder builds with Python {releases[0]}"
    return f"The project needs Python `{written}`, but Binder builds with Python {minor}"


def _advice(written: str, minor: str, otherwise: str) -> str:
    if not _is_exact(written):
        return otherwise
    rewrite = (
        f"Write `~{written}` in pyproject.toml, which allows all releases of Python {written}, and run `poetry lock`"
    )
    return rewrite if release(written)[:2] == release(minor) else f"{rewrite}. {otherwise}"


def _is_exact(written: str) -> bool:
    return re.fullmatch(r"\d+\.\d+", written) is not None


def _pin(repo: Snapshot, written: str, minor: str) -> Fix | None:
    """The fix that pins the nearest Python that the project allows and nothing speaks against."""
    allowed = [one for one in PYTHONS if poetry_admits(written, python_release(one)) is True and python_fits(repo, one)]
    near = min(allowed, key=lambda one: abs(release(one)[1] - release(minor)[1]), default=None)
    edit = pin_python(repo, near) if near else None
    return Fix(f"Pin Python {near}", (edit,), Applicability.UNSAFE) if edit else None
