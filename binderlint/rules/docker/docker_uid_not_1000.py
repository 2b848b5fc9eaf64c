"""docker-uid-not-1000: The user of the image does not have the number 1000."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.docker.context import docker_runs
from binderlint.facts.docker.service import session_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, image_of
from binderlint.read.images import image_facts
from binderlint.read.script import Command
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text


class DockerUidNot1000(Rule):
    code = "DKR014"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @property
    def name(self) -> str:
        return "docker-uid-not-1000"

    @about(session_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        last = dockerfile.last("USER")
        user = last.name_of_user if last else None
        if not dockerfile.final or not last or not user or user in ("0", "root", "1000"):
            return
        known = image_facts(image_of(dockerfile.final))
        # without a user 1000 there is no home folder that Jupyter can write to, and it does not start
        level = Level.RUN if known and known.user1000 else Level.LAUNCH
        if user.isdigit():
            yield self.at(
                last.body,
                f"Binder runs the image as user 1000, not as {user}, and cannot write to files that belong to {user}",
                help="Create a user with the number 1000, give it the home folder, and name it here",
                level=level,
            )
            return
        runs = docker_runs(repo)
        freed = any(command.name in ("userdel", "deluser", "usermod") for run in runs for command in run.commands)
        taken = bool(known and known.user1000) and not freed
        for run in runs:
            for command in run.commands:
                uid = _uid(command) if command.name in ("useradd", "adduser") and user in command.operands else None
                if uid and uid != "1000" and uid.isdigit():
                    number = uid if uid == uid.place.text else None
                    yield self.at(
                        _option(command),
                        f"Binder runs the image as user 1000, so it cannot write to the files of `{user}`, who has the number {uid}",
                        help=f"Give `{user}` the number 1000"
                        + (", after `userdel` for the user of the image who has it" if taken else ""),
                        level=level,
                        fix=Fix("Use the number 1000", (replace(number.place, "1000"),), Applicability.UNSAFE)
                        if number and not taken
                        else None,
                    )


def _uid(command: Command) -> Text | None:
    """The number that useradd or adduser is told to give."""
    for index, word in enumerate(command.words):
        if word.value in ("-u", "--uid") and index + 1 < len(command.words):
            following = command.words[index + 1]
            return Text(following.value or "", following.place)
        if word.value and word.value.startswith("--uid="):
            start = len("--uid=")
            return (
                word.raw.part(start, len(word.raw)) if word.raw == word.value else Text(word.value[start:], word.place)
            )
    return None


def _option(command: Command) -> Place:
    """Where the option with the number begins."""
    return next(word.place for word in command.words if re.match(r"-u$|--uid", word.value or ""))
