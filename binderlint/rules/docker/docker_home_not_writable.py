"""docker-home-not-writable: The repository's files belong to root in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.content import CONTENT
from binderlint.facts.docker.context import copies
from binderlint.facts.docker.service import session_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile, Stage, base_of, workdirs
from binderlint.read.dockerfile.lines import Instruction
from binderlint.read.images import image_facts
from binderlint.snapshot import Snapshot
from binderlint.source import Span


class DockerHomeNotWritable(Rule):
    code = "DKR018"
    severity = Severity.WARNING
    level = Level.RUN

    @about(session_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:

        if not dockerfile.final:
            return
        known, user = image_facts(base_of(dockerfile)), dockerfile.last("USER")
        if not user and (not known or known.root is not False):
            return
        if user and (user.name_of_user in ("root", "0") or not user.name_of_user):
            return
        seen: set[Span] = set()
        for copy in copies(repo, dockerfile.final):
            one = copy.instruction
            owner = one.flag("chown")
            if (
                (owner and owner not in ("root", "0", "root:root", "0:0"))
                or one.flag("chmod")
                or one.place.span in seen
            ):
                continue
            if (copy.target or "").startswith("/etc/"):
                continue  # what is copied to new home folders, or configuration
            if copy.path is not None and _has_notebooks(repo, copy.path) and not _mended(dockerfile.built, one):
                seen.add(one.place.span)
                end = one.keyword.place.span.end
                insert = Replace(dockerfile.source.path, Span(end, end), " --chown=1000")
                yield self.at(
                    one.place._replace(span=one.keyword.place.span),
                    "These files will belong to root, so visitors cannot save their notebooks",
                    help="Add `--chown=1000`",
                    fix=None if owner else Fix("Give the files to user 1000", (insert,), Applicability.UNSAFE),
                )
        last = [*workdirs(dockerfile.final)][-1:]
        if last and last[0][1] == "/" and (user or known):
            line = dockerfile.last("WORKDIR")
            yield self.at(
                line.body if line else (user or last[0][0]).keyword,
                "The session starts in `/`, where visitors cannot save anything",
                help="Add a `WORKDIR` that belongs to the user, such as `WORKDIR ${HOME}`",
            )
        elif last and last[0][1] and (made := _made_by_root(dockerfile.final, last[0][1], known and known.root)):
            yield self.at(
                made.keyword,
                f"The session starts in `{last[0][1]}`, a folder that belongs to root, so visitors cannot save anything there",
                help="Give it to the user with `RUN chown -R 1000 ...`, or end with `WORKDIR ${HOME}`",
            )


def _made_by_root(stage: Stage, path: str, root: bool | None) -> Instruction | None:
    """The instruction with which root makes the folder in which the session starts, None when somebody else may own it."""
    if re.match(r"/(?:home|tmp|root)(?:/|$)", path):
        return None
    made: Instruction | None = None
    for one, here in workdirs(stage):
        if one.name == "USER":
            root = one.name_of_user in ("root", "0")
        elif _gives_away(one):
            return None
        elif made is None and root and one.name == "WORKDIR" and here == path:
            made = one
        elif made is None and one.name == "RUN" and path in (one.script or one.body):
            if not root:
                return None
            made = one
    return made


def _gives_away(one: Instruction) -> bool:
    """Whether an instruction gives files to another user, or may."""
    if one.name in ("COPY", "ADD"):
        return bool(one.flag("chown") or one.flag("chmod"))
    return one.name == "RUN" and bool(_OWNERS.search(one.script or one.body))


_OWNERS = regex(r"chown|chgrp|chmod|fix-permissions|\binstall -")


def _has_notebooks(repo: Snapshot, path: str) -> bool:
    prefix = f"{path}/" if path not in ("", ".") else ""
    return path.lower().endswith(CONTENT) or any(
        other.startswith(prefix) and other.lower().endswith(CONTENT) for other in repo.sources
    )


def _mended(built: tuple[Instruction, ...], copy: Instruction) -> bool:
    """Whether a later RUN gives the files to somebody, or may."""
    after = built[built.index(copy) + 1 :]
    return any(
        one.name == "RUN"
        and re.search(r"chown|chmod|fix-permissions|\bcp\b|\bmv\b|rsync|\binstall -", one.script or one.body)
        for one in after
    )
