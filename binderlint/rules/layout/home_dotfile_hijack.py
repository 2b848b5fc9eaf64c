"""home-dotfile-hijack: A startup file of bash ends the shell that launches the session."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.for_binder import is_for_binder, is_refused
from binderlint.facts.ignore import docker_excludes, docker_patterns
from binderlint.facts.rare_files import shell_profile
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

# bash reads the first of these that exists when it is a login shell; .bashrc only where that file reads it.


_FILE = r"\"?(?:~|\$HOME|\$\{HOME\})/\.bashrc\"?"


_GUARD = rf"\[\[? (?:-[efrs] {_FILE}|-n \"?\$\{{?BASH(?:_VERSION)?\}}?\"?) \]\]?"


_READS_BASHRC = regex(rf"(?:if {_GUARD} ?;? then )*(?:{_GUARD} && )?(?:\.|source) {_FILE}(?: ?;? fi)*")


_COMMENT = regex(r"^[ \t]*#.*$", re.MULTILINE)


class HomeDotfileHijack(Rule):
    code = "LAY019"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(shell_profile)
    def check(self, repo: Snapshot, profile: str) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.error or plan.buildpack in (None, Buildpack.DOCKER):
            return
        if is_refused(repo) and not is_for_binder(repo):  # somebody's dotfiles
            return
        for script in _read_at_launch(repo, profile):
            for command in script.running:
                if command.name == "return":
                    return
                if _certain(command) and (command.name == "exit" or "exec" in command.wrappers):
                    what = "exit" if command.name == "exit" else f"exec {command.name}"
                    yield self.at(
                        command.place,
                        f"A login shell reads this file at every launch, and `{what}` ends it before the Jupyter server starts",
                        help="Remove the line, or let only terminals run it: `case $- in *i*) ... ;; esac`",
                    )
                    return


def _read_at_launch(repo: Snapshot, profile: str) -> Iterator[Script]:
    """The start-up files of bash that the shell which launches a session surely reads."""
    script = _script(repo, profile)
    if script is None or script.shell is None:
        return
    yield script
    statements = (_COMMENT.sub("", one.place.text) for one in script.shell.statements)
    if any(_READS_BASHRC.fullmatch(" ".join(text.split())) for text in statements):
        bashrc = _script(repo, ".bashrc")
        if bashrc:
            yield bashrc


def _script(repo: Snapshot, name: str) -> Script | None:
    """A shell script of the root that reaches the image as it is and can be read."""
    source = repo.get(name) if name else None
    if source is None:
        return None
    ignored = [file for one in (".dockerignore", ".containerignore") if (file := repo.get(build_plan(repo).path(one)))]
    if any(docker_excludes(docker_patterns(file), name) for file in ignored):
        return None
    post_build = post_build_script(repo)
    if post_build and re.search(r"\.(?:bash|profile)|dotfiles|stow", post_build.source.prose):
        return None  # the build may change it
    script = Script(source)
    return None if script.shell is None or script.shell.broken else script


def _certain(command: Command) -> bool:
    """Whether the shell itself gets to the command whatever happens, and it is a known one."""
    context = command.context
    if re.search(r"\$[@*0-9{]", context.statement.text):  # the arguments may be the server's command
        return False
    return bool(command.name and context.whole) and not (
        context.conditional
        or context.condition
        or context.loop
        or context.subshell
        or context.pipeline
        or context.piped
        or context.background
        or context.substitution
        or context.nested
        or context.function
    )
