"""docker-eol-base: The base image no longer gets updates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.docker.service import is_service
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import ends_of_life
from binderlint.snapshot import Snapshot
from binderlint.today import month_of, today

# Systems whose C library is older than the one that the newest Miniconda needs.
_OLD_GLIBC = regex(r"Ubuntu 1[0-8]\.\d\d|Debian [789]")


class DockerEolBase(Rule):
    code = "DKR004"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        image = base_of(dockerfile)
        if not image:
            return
        shell = "\n".join(one.script or " ".join(one.words) for one in dockerfile.built if one.name == "RUN")
        installs = re.search(r"\b(apt-get|apt|aptitude|yum|dnf)\s", shell)
        miniconda = "Miniconda3-latest-Linux" in shell
        archive = re.search(r"archive\.debian|snapshot\.debian|vault\.centos|old-releases", shell)
        severity, level = self.severity, self.level
        for past in ends_of_life(image, today()):
            if past.packages == "none":
                effect = "newer releases of packages do not support it"
            elif not installs or archive:
                continue
            elif past.packages == "moved":
                effect = f"its packages were removed from the servers, so `{installs[1]}` fails and the image cannot be built"
            elif miniconda and _OLD_GLIBC.fullmatch(past.what):
                effect = "the newest Miniconda needs glibc 2.28 of 2018, which it does not have, so its installer fails and the image cannot be built"
                severity, level = Severity.ERROR, Level.LAUNCH
            else:
                effect = "packages and tools gradually stop supporting it"
            if level is not Level.LAUNCH and is_service(repo):
                return
            verb = "comes with" if past.packages == "none" else "is"
            yield self.at(
                image.written,
                f"`{image.value}` {verb} {past.what}, which has had no updates since {month_of(past.day)}: {effect}",
                help="Start from a current release",
                severity=severity,
                level=level,
                explained_in=() if is_for_binder(repo) else (dockerfile.source.path,),
            )
            return
