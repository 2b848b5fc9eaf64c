"""postbuild-export-lost: postBuild sets variables that nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.pattern import regex
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# Commands that do nothing with a variable that is set before them.
_IDLE = frozenset({"true", ":", "set", "exit", "unset"})
_EXPORT = regex(r"^export[ \t]+([A-Za-z_]\w*)=[^\n]*", re.MULTILINE)
# What may hold text that looks like a command, or commands that run later.
_HOLDS = regex(r"<<|\(\)|\bfunction\b")


class PostbuildExportLost(Rule):
    code = "PBD019"
    severity = Severity.WARNING
    level = Level.RUN

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        source = script.source
        if "export" not in source.prose or script.shell is None or script.shell.broken or _HOLDS.search(source.text):
            return
        used = [one.place.span.end for one in script.commands if not _is_idle(one) and one.place.source is source]
        lost = list(_EXPORT.finditer(source.prose, max(used, default=0)))
        start = start_script(repo)
        lost = [one for one in lost if not (start and f"{one[1]}=" in start.source.prose)]
        if not lost:
            return
        advice = (
            'Move it to `start`, before `exec "$@"`'
            if build_plan(repo).start
            else 'Write it in a file `start`, which begins with `#!/bin/bash` and ends with `exec "$@"`'
        )
        yield self.at(
            source.place(*lost[0].span()),
            f"What is exported here ends with postBuild, and no command after it uses it: sessions have no {listed(dict.fromkeys(found[1] for found in lost), 4)}",
            help=advice,
        )


def _is_idle(command: Command) -> bool:
    return command.name in _IDLE or (command.name == "echo" and not re.search(r"[$>`]", command.place.text))
