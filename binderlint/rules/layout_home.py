"""LAY: files that count because the home folder of a session is the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command, Script
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
# bash reads the first of these that exists when it is a login shell; .bashrc only where that file reads it.
_PROFILES = (".bash_profile", ".bash_login", ".profile")
_FILE = r"\"?(?:~|\$HOME|\$\{HOME\})/\.bashrc\"?"
_GUARD = rf"\[\[? (?:-[efrs] {_FILE}|-n \"?\$\{{?BASH(?:_VERSION)?\}}?\"?) \]\]?"
_READS_BASHRC = re.compile(rf"(?:if {_GUARD} ?;? then )*(?:{_GUARD} && )?(?:\.|source) {_FILE}(?: ?;? fi)*")
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)


class HomeDotfileHijack(Rule):
    """A startup file of bash ends the shell that launches the session.

    On Binder the repository is the home folder, and the container's first program is `bash -l`. It reads `.bash_profile`, or else `.bash_login`, or else `.profile` in the home folder before it starts
    the Jupyter server. An `exit` there ends the container, and `exec zsh` replaces the server with another program: every launch fails although the build works.

    Only what certainly runs is reported: no line in a condition or a function, none after a `return`, and `.bashrc` only if the first of these files reads it. Builds with a Dockerfile
    have their own first program.
    """

    code = "LAY019"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = (
        "repo2docker/buildpacks/python3-login",
        "repo2docker/buildpacks/repo2docker-entrypoint",
        "repo2docker/buildpacks/base.py",
    )
    examples = (
        Bad(
            {**_PIP, ".bash_profile": "export EDITOR=vim\nexec zsh\n"},
            at=".bash_profile:2:1",
            why="exec in .bash_profile",
        ),
        Bad(
            {**_PIP, ".profile": "# mine\r\nexec /usr/bin/fish -l  # nicer\r\n"},
            at=".profile:2:1",
            why="exec with a path, in a file with Windows line endings",
        ),
        Bad(
            {"binder/requirements.txt": "x==1\n", ".bash_login": "cd work\nexit 0"},
            at=".bash_login:2:1",
            why="exit in .bash_login",
        ),
        Bad(
            {**_PIP, ".bash_profile": "source ~/.bashrc\n", ".bashrc": "alias ll='ls -l'\nexec zsh\n"},
            at=".bashrc:2:1",
            why="exec in .bashrc, which .bash_profile reads",
        ),
        Bad(
            {
                **_PIP,
                ".profile": '# if running bash\nif [ -n "$BASH_VERSION" ]; then\n    # include it\n    if [ -f "$HOME/.bashrc" ]; then\n\t. "$HOME/.bashrc"\n    fi\nfi\n',
                ".bashrc": "exec tmux\n",
            },
            at=".bashrc:1:1",
            why=".profile reads .bashrc in a condition",
        ),
        Bad(
            {**_PIP, ".bash_profile": "[[ -f ~/.bashrc ]] && . ~/.bashrc\n", ".bashrc": "exit\n"},
            at=".bashrc:1:1",
            why=".bash_profile reads .bashrc in one line",
        ),
        Good(
            {**_PIP, ".profile": "alias ll='ls -l'\nexport PATH=\"$HOME/bin:$PATH\"\nPS1='$ '\numask 022\n"},
            why="Aliases, paths and a prompt",
        ),
        Good({**_PIP, ".profile": "exec 2>&1\nexec 3>log.txt\n"}, why="exec that only redirects output"),
        Good({**_PIP, ".profile": 'exec "$@"\n'}, why="exec with unknown arguments"),
        Good({**_PIP, ".profile": 'exec nice bash "$@"\n'}, why="exec that may run the server"),
        Good({**_PIP, ".bash_profile": "true\n", ".profile": "exec zsh\n"}, why=".profile beside .bash_profile"),
        Good({**_PIP, ".bashrc": "exec zsh\n", ".bash_profile": "export A=1\n"}, why=".bashrc, which nothing reads"),
        Good(
            {
                **_PIP,
                ".bash_profile": ". ~/.bashrc\n",
                ".bashrc": "case $- in\n  *i*) ;;\n  *) return;;\nesac\nexec zsh\n",
            },
            why=".bashrc returns at once if the shell is not interactive",
        ),
        Good({**_PIP, ".profile": "[ -t 0 ] && exec zsh\n"}, why="Only in a terminal, in one line"),
        Good({**_PIP, ".profile": "if [ -t 1 ]; then\n  exec zsh\nfi\n"}, why="Only in a terminal"),
        Good({**_PIP, ".profile": "leave() { exit 1; }\n"}, why="A function that is never called"),
        Good({**_PIP, ".profile": "(cd data; exit 1)\nbash -c 'exit 2'\nA=$(exit 1)\n"}, why="exit in an inner shell"),
        Good({**_PIP, ".profile": "# exec zsh\necho exit\n"}, why="In a comment, and as a word"),
        Good(
            {**_PIP, "home/.profile": "exec zsh\n", "binder/.profile": "exit\n", "binder/requirements.txt": ""},
            why="In a folder",
        ),
        Good({"Dockerfile": "FROM python:3.12\n", ".profile": "exec zsh\n"}, why="A build with a Dockerfile"),
        Good({**_PIP, ".profile": "exec zsh\n", ".dockerignore": ".*\n"}, why=".dockerignore excludes the file"),
        Good(
            {**_PIP, ".profile": "exec zsh\n", "postBuild": "#!/bin/bash\nrm -f .profile\n"},
            why="postBuild removes the file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.plan.error or repo.plan.buildpack in (None, "DockerBuildPack"):
            return
        for script in _read_at_launch(repo):
            for command in script.running:
                if command.name == "return":
                    return
                if _certain(command) and (command.name == "exit" or "exec" in command.wrappers):
                    what = "exit" if command.name == "exit" else f"exec {command.name}"
                    yield self.at(
                        command.place,
                        f"Binder's first program reads this file at every launch, and `{what}` ends it before the Jupyter server starts",
                        help="Remove the line, or let only terminals run it: `case $- in *i*) ... ;; esac`",
                    )
                    return


def _read_at_launch(repo: Repository) -> Iterator[Script]:
    """The start-up files of bash that the shell which launches a session surely reads."""
    first = next((name for name in _PROFILES if repo.exists(name)), "")
    script = _script(repo, first)
    if script is None or script.shell is None:
        return
    yield script
    statements = (_COMMENT.sub("", one.place.text) for one in script.shell.statements)
    if any(_READS_BASHRC.fullmatch(" ".join(text.split())) for text in statements):
        bashrc = _script(repo, ".bashrc")
        if bashrc:
            yield bashrc


def _script(repo: Repository, name: str) -> Script | None:
    """A shell script of the root that reaches the image as it is and can be read."""
    from binderlint.files.ignore import docker_excludes, docker_patterns
    from binderlint.files.script import Script

    source = repo.get(name) if name else None
    if source is None:
        return None
    ignored = [file for one in (".dockerignore", ".containerignore") if (file := repo.get(repo.plan.path(one)))]
    if any(docker_excludes(docker_patterns(file), name) for file in ignored):
        return None
    if repo.post_build and re.search(r"\.(?:bash|profile)|dotfiles|stow", repo.post_build.source.prose):
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
