"""DKR: the user of the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import append_lines, insert_lines, replace
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Place, Text

if TYPE_CHECKING:
    from binderlint.files.dockerfile_lines import Instruction
    from binderlint.files.script import Command
    from binderlint.repository import Repository

_REQUIREMENTS = "https://mybinder.readthedocs.io/en/latest/tutorials/dockerfile.html"


class DockerRootUser(Rule):
    """The image runs as root.

    Jupyter refuses to start as root, and Binder runs the image as the user with number 1000. If that user is not in the image, there is no home folder to write to, and the launch fails. If it is,
    a session cannot change anything that root created.

    This is a warning if the image has, or may have, a user 1000. If the Dockerfile has no USER, images whose user is not known are not reported.

    ## Fix safety

    The fix adds a `USER` line at the end. Steps that the entrypoint did as root then fail.
    """

    code = "DKR012"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("IHaskell/IHaskell#830", "sourceryinstitute/jupyter-CAF-kernel#3", _REQUIREMENTS)
    examples = (
        Bad(
            {"Dockerfile": "FROM python:3.12\nRUN pip install notebook"},
            at="Dockerfile:1:6",
            severity=Severity.ERROR,
         why="No USER, and no user 1000"),
        Bad(
            {"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nUSER root\nRUN apt-get update\n# end"},
            at="Dockerfile:2:6",
            fixed={"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nUSER root\nRUN apt-get update\n# end\nUSER ${NB_USER}\n"},
         why="USER root at the end"),
        Bad(
            {"binder/Dockerfile": "FROM someone/image:1\r\nUSER 0:0\r\n"},
            at="binder/Dockerfile:2:6",
            fixed={"binder/Dockerfile": "FROM someone/image:1\r\nUSER 0:0\r\nUSER 1000\r\n"},
         why="The number 0"),
        Bad(
            {"Dockerfile": "FROM python:3.12\nARG NB_USER=jovyan\nRUN useradd -m -u 1000 $NB_USER\n"},
            at="Dockerfile:1:6",
            fixed={"Dockerfile": "FROM python:3.12\nARG NB_USER=jovyan\nRUN useradd -m -u 1000 $NB_USER\nUSER ${NB_USER}\n"},
         why="A user is created but not used"),
        Good({"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nRUN pip install x\n"}, why="The base image has a user"),
        Good({"Dockerfile": "FROM someone/image:1\nRUN pip install x\n"}, why="An image whose user is not known"),
        Good({"Dockerfile": "FROM python:3.12\nUSER root\nRUN x\nUSER 1000\n"}, why="Back to user 1000 at the end"),
        Good({"Dockerfile": "FROM python:3.12 AS b\nUSER root\nFROM someone/image:1\nCOPY --from=b /x /x\n"}, why="USER root in another stage"),
        Good({"Dockerfile": "FROM someone/image:1\nUSER $WHO\n"}, why="A variable that the base image may set"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import facts, image_of

        dockerfile = repo.dockerfile
        if not dockerfile or not dockerfile.final:
            return
        stage = dockerfile.final
        known = facts(image_of(stage))
        last = dockerfile.last("USER")
        if last:
            where: Text = last.body
            if last.name_of_user not in ("root", "0"):
                return
        elif known and known.root:
            where = stage.root.base
        else:
            return
        made = any(
            command.name in ("useradd", "adduser", "usermod") for run in repo.docker_runs for command in run.commands
        )
        missing = (
            known is not None and known.user1000 is False and not made and all(run.clear for run in repo.docker_runs)
        )
        user = "${NB_USER}" if "NB_USER" in stage.variables else "1000"
        yield self.at(
            where,
            "The image runs as root and has no user 1000, as which Binder starts it: the session has no home folder to write to"
            if missing
            else "The image runs as root, as which Jupyter does not start; Binder runs it as user 1000, who cannot change root's files",
            help="End the Dockerfile with `USER` and a user with the number 1000"
            + (", made with `useradd`" if missing else ""),
            fix=None
            if missing
            else Fix(
                f"End with `USER {user}`", (append_lines(dockerfile.source, f"USER {user}"),), Applicability.UNSAFE
            ),
            severity=Severity.ERROR if missing else None,
        )


class DockerNbUserUndefined(Rule):
    """`NB_USER` or `NB_UID` is used without an ARG.

    Binder passes both with `--build-arg`, but a build argument only exists where an `ARG` names it: in the same stage, before its use. An `ARG` above the first FROM only counts in FROM
    lines. Without it the variable is empty: `USER ${NB_USER}` stops the build, and `/home/${NB_USER}` becomes `/home/`.

    Nothing is reported if the base image defines them (the Jupyter and Pangeo images, rocker/binder) or if its content is not known, or for `${NB_USER:-jovyan}`.
    """

    code = "DKR013"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("karthik/holepunch#33", "repo2docker/app.py")
    examples = (
        Bad(
            {"Dockerfile": "FROM python:3.12\n# home\nENV HOME /home/${NB_USER}\nRUN useradd -u $NB_UID $NB_USER\n"},
            at="Dockerfile:3:1",
            fixed={"Dockerfile": "FROM python:3.12\nARG NB_USER=jovyan\nARG NB_UID=1000\n# home\nENV HOME /home/${NB_USER}\nRUN useradd -u $NB_UID $NB_USER\n"},
         why="Both variables are used, neither has an ARG"),
        Bad(
            {"binder/Dockerfile": "ARG NB_USER=jovyan\r\nFROM python:3.12 \\\r\n  AS last\r\nUSER ${NB_USER}"},
            at="binder/Dockerfile:4:1",
            fixed={"binder/Dockerfile": "ARG NB_USER=jovyan\r\nFROM python:3.12 \\\r\n  AS last\r\nARG NB_USER=jovyan\r\nUSER ${NB_USER}"},
         why="The ARG is above FROM"),
        Good({"Dockerfile": "FROM python:3.12\nARG NB_USER\nARG NB_UID\nENV USER=${NB_USER}\nUSER ${USER}\n"}, why="Both have an ARG"),
        Good({"Dockerfile": "FROM python:3.12\nENV NB_USER jovyan\nUSER ${NB_USER}\n"}, why="ENV defines the variable"),
        Good({"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nUSER ${NB_USER}\n"}, why="The base image defines them"),
        Good({"Dockerfile": "FROM rocker/binder:4.4.1\nUSER ${NB_USER}\n"}, why="A rocker image defines it"),
        Good({"Dockerfile": "FROM pangeo/pangeo-notebook:2024.06.02\nUSER ${NB_USER}\n"}, why="A Pangeo image defines it"),
        Good({"Dockerfile": "FROM vatlab/sos-notebook:1\nRUN chown -R ${NB_UID} ${HOME}\n"}, why="An image that may define it"),
        Good({"Dockerfile": "FROM python:3.12\nUSER ${NB_USER:-1000}\n"}, why="A default where it is used"),
        Good({"Dockerfile": "FROM python:3.12\nRUN NB_USER=me && useradd $NB_USER\n"}, why="A variable of the shell"),
        Good({"Dockerfile": "FROM python:3.12 AS docs\nUSER ${NB_USER}\nFROM python:3.12\n"}, why="A stage that is not built"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import facts, image_of

        for stage in repo.dockerfile.needed if repo.dockerfile else ():
            if not facts(image_of(stage)):
                continue
            uses = [(one, missing) for one in stage.instructions if (missing := _undefined(one))]
            if not uses:
                continue
            names = [name for name in ("NB_USER", "NB_UID") if any(name in missing for _, missing in uses)]
            values = {"NB_USER": "jovyan", "NB_UID": "1000"}
            lines = "\n".join(f"ARG {name}={values[name]}" for name in names)
            words = " and ".join(f"`{name}`" for name in names)
            source = stage.start.place.source
            yield self.at(
                Place(source, uses[0][0].keyword.place.span),
                f"{words} {'is' if len(names) == 1 else 'are'} empty here: Binder passes a build argument only where an ARG of the same stage names it",
                help="Add " + " and ".join(f"`ARG {name}`" for name in names) + " after FROM",
                fix=Fix(f"Declare {words}", (insert_lines(source, stage.start.place.end_line + 1, lines),)),
            )


def _undefined(instruction: Instruction) -> set[str]:
    """Which of the two names an instruction uses where nothing defines them."""
    if instruction.name not in ("RUN", "ENV", "USER", "WORKDIR", "COPY", "ADD", "ARG"):
        return set()
    text = " ".join((*instruction.flags, instruction.script or instruction.body))
    used = {name for name in ("NB_USER", "NB_UID") if re.search(rf"(?<![\\$'])\$(?:{name}\b|{{{name}}})", text)}
    own = {name for name in used if instruction.name == "RUN" and re.search(rf"\b{name}=", text)}
    return {name for name in used - own if name not in instruction.variables}


class DockerUidNot1000(Rule):
    """The user of the image does not have the number 1000.

    Binder runs every image as user 1000. If the home folder belongs to another number, the session cannot write to it: Jupyter fails to start, or visitors cannot save anything.

    `ARG NB_UID=1001` is not reported: Binder passes `NB_UID=1000`, which overrides the default of an ARG (but not an ENV).

    ## Fix safety

    The fix replaces the number with 1000. The build then fails if the base image already has a user 1000.
    """

    code = "DKR014"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub: binderhub/build.py", _REQUIREMENTS)
    examples = (
        Bad(
            {"Dockerfile": "FROM python:3.12\nRUN useradd -m -u 1001 me  # ours\nUSER me\n"},
            at="Dockerfile:2:16",
            fixed={"Dockerfile": "FROM python:3.12\nRUN useradd -m -u 1000 me  # ours\nUSER me\n"},
         why="useradd with another number"),
        Bad(
            {"binder/Dockerfile": 'FROM x:1\r\nENV U=me\r\nRUN adduser --disabled-password \\\r\n  --uid=5000 \\\r\n  --gecos "a b" ${U}\r\nUSER $U:users\r\n'},
            at="binder/Dockerfile:4:3",
            fixed={"binder/Dockerfile": 'FROM x:1\r\nENV U=me\r\nRUN adduser --disabled-password \\\r\n  --uid=1000 \\\r\n  --gecos "a b" ${U}\r\nUSER $U:users\r\n'},
         why="adduser over several lines"),
        Bad({"Dockerfile": "FROM x:1\nUSER 1001\n"}, at="Dockerfile:2:6", why="USER with another number"),
        Bad({"Dockerfile": "FROM x:1\nENV NB_UID 1001\nRUN useradd --uid ${NB_UID} me\nUSER me\n"}, at="Dockerfile:3:13", why="The number is in an ENV"),
        Good({"Dockerfile": "FROM x:1\nARG NB_UID=1001\nENV NB_UID=${NB_UID}\nRUN useradd -u $NB_UID me\nUSER me\n"}, why="An ARG that Binder overrides"),
        Good({"Dockerfile": "FROM x:1\nRUN useradd -u 999 daemon && useradd -u 1000 me\nUSER me\n"}, why="Another user has another number"),
        Good({"Dockerfile": "FROM x:1\nRUN useradd me\nUSER me\n"}, why="The first user, who gets the number 1000"),
        Good({"Dockerfile": "FROM x:1\nUSER 1001\nRUN x\nUSER 1000:100\n"}, why="Back to user 1000 at the end"),
        Good({"Dockerfile": "FROM x:1\nUSER 0\n"}, why="root, which docker-root-user reports"),
    )  # fmt: skip

    @property
    def name(self) -> str:
        return "docker-uid-not-1000"

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        last = repo.dockerfile.last("USER") if repo.dockerfile else None
        user = last.name_of_user if last else None
        if not last or not user or user in ("0", "root", "1000"):
            return
        if user.isdigit():
            yield self.at(
                last.body,
                f"Binder runs the image as user 1000, not as {user}, and cannot write to what belongs to {user}",
                help="Make a user with the number 1000, give it the home folder, and name it here",
            )
            return
        for run in repo.docker_runs:
            for command in run.commands:
                uid = _uid(command) if command.name in ("useradd", "adduser") and user in command.operands else None
                if uid and uid != "1000" and uid.isdigit():
                    number = uid if uid == uid.place.text else None
                    yield self.at(
                        _option(command),
                        f"Binder runs the image as user 1000, so what belongs to `{user}`, who has the number {uid}, cannot be written",
                        help=f"Give `{user}` the number 1000",
                        fix=Fix("Use the number 1000", (replace(number.place, "1000"),), Applicability.UNSAFE)
                        if number
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
