"""docker-env-literal: An ENV holds a command or a `~`, which Docker takes literally."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.snapshot import Snapshot

# A command, or a `~` where a shell would put the home folder.
_LITERAL = regex(r"\$\([^)\n]*\)|`[^`\n]+`|(?<![^\s=:\"'])~(?=[/:\s\"']|$)")
_PATH = regex(r"(?:^|\s)PATH[= ]")
_KEEPS_PATH = regex(r"\$\{?PATH\b|/usr/bin\b")


class DockerEnvLiteral(Rule):
    code = "DKR020"
    severity = Severity.WARNING
    level = Level.RUN

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        for one in dockerfile.built:
            found = _LITERAL.search(one.body) if one.name == "ENV" else None
            if not found:
                continue
            lost = bool(_PATH.search(one.body)) and not _KEEPS_PATH.search(one.body)
            what = "`~` is not the home folder here" if found[0] == "~" else "Docker runs no command in ENV"
            yield self.at(
                one.body.part(*found.span()),
                f"{what}: the variable gets this text as it is"
                + (", so PATH has no folder with programs any more and nothing can be started" if lost else ""),
                help="Write the whole path, such as `/home/jovyan`"
                if found[0] == "~"
                else "Write the value itself, or set the variable in a script that the ENTRYPOINT runs",
                severity=Severity.ERROR if lost else None,
                level=Level.LAUNCH if lost else None,
            )
