"""docker-root-user: The image runs as root."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import append_lines
from binderlint.facts.docker.context import build_dockerfile, copies, docker_runs
from binderlint.facts.docker.service import INSTEAD, is_service
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile, Stage, image_of, workdirs
from binderlint.read.images import image_facts
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class DockerRootUser(Rule):
    code = "DKR012"
    severity = Severity.WARNING
    level = Level.RUN

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:

        if not dockerfile.final:
            return
        stage = dockerfile.final
        known = image_facts(image_of(stage))
        last = dockerfile.last("USER")
        if last:
            where: Text = last.body
            if last.name_of_user not in ("root", "0"):
                return
        elif known and known.root:
            where = stage.root.base
        else:
            return
        runs = docker_runs(repo)
        made = any(command.name in ("useradd", "adduser", "usermod") for run in runs for command in run.commands)
        missing = known is not None and known.user1000 is False and not made and all(run.clear for run in runs)
        service = is_service(repo)
        if not missing and (service or _home_is_given(repo, stage)):
            return
        user = "${NB_USER}" if "NB_USER" in stage.variables else "1000"
        yield self.at(
            where,
            "The image runs as root and has no user 1000, as whom Binder runs it: the session has no home folder to write to"
            if missing
            else "The image runs as root, but Jupyter refuses to start as root. Binder runs it as user 1000, who cannot change root's files",
            help=INSTEAD
            if service
            else "End the Dockerfile with `USER` and a user with the number 1000"
            + (", made with `useradd`" if missing else ""),
            fix=None
            if missing or dockerfile.open_ended
            else Fix(
                f"End with `USER {user}`", (append_lines(dockerfile.source, f"USER {user}"),), Applicability.UNSAFE
            ),
            severity=Severity.ERROR if missing else None,
            level=Level.LAUNCH if missing else None,
            explained_in=() if is_for_binder(repo) else (dockerfile.source.path,),
        )


# What gives a whole home folder to user 1000, to the group 100 that Binder adds to every session, or to everybody.
_GIVES = regex(
    r"(?:\bfix-permissions|\bchown\s+(?:-\w+\s+)*-\w*R\w*\s+[\"']?(?:1000|\$\{?NB_U|jovyan)|\bchmod\s+(?:-\w+\s+)*-\w*R\w*\s+(?:[ao+,rxgu]*[ao][+=rx]*w|0?777))"
    r"[^\n;&|]*(?:\$\{?HOME\b|/home/)"
)


def _home_is_given(repo: Snapshot, stage: Stage) -> bool:
    """Whether the files that a stage takes from the repository belong to the session's user all the same."""
    built = [instruction for instruction, _ in workdirs(stage)]
    given = [number for number, one in enumerate(built) if one.name == "RUN" and _GIVES.search(one.script or one.body)]
    taken = [built.index(copy.instruction) for copy in copies(repo, stage)]
    return bool(given and taken) and max(given) > max(taken)
