"""apt-shell-injection: A line in apt.txt contains shell syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.environment.apt import apt_entries
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.apt import SHELL_SIGNS, AptEntry
from binderlint.snapshot import Snapshot


class AptShellInjection(Rule):
    code = "APT005"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(apt_entries)
    def check(self, repo: Snapshot, entries: tuple[AptEntry, ...]) -> Iterator[Diagnostic]:
        for entry in entries:
            if entry.accepted and SHELL_SIGNS.search(entry.text):
                version = re.match(r"\S+?\s*[<>]=?\s*\d", entry.text)
                yield self.at(
                    entry.text,
                    f"The shell that runs `{entry.text}` takes what follows the `>` for the name of a file to write into, so apt-get does not see the version"
                    if version
                    else f"A shell runs `{entry.text}` as root while the image is built",
                    help="Keep only the name" if version else "List only package names; put commands in postBuild",
                )  # fmt: skip
