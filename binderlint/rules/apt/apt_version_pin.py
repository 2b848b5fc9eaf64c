"""apt-version-pin: A package in apt.txt is pinned to one version."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.apt import apt_entries
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.apt import PACKAGE, AptEntry
from binderlint.snapshot import Snapshot


class AptVersionPin(Rule):
    code = "APT003"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(apt_entries)
    def check(self, repo: Snapshot, entries: tuple[AptEntry, ...]) -> Iterator[Diagnostic]:
        for entry in entries:
            for word in entry.words:
                found = PACKAGE.match(word)
                if not found or found[2] != "=" or found[3].startswith("=") or "*" in found[3]:
                    continue
                yield self.at(
                    word,
                    f"Ubuntu's archive removes `{found[1]}` {found[3]} as soon as there is a newer build, and then the build stops",
                    help=f"Use `{found[1]}`; a version that must not change belongs in environment.yml",
                    fix=Fix(
                        "Remove the version",
                        (replace(word.part(found.start(2), len(word)), ""),),
                        Applicability.UNSAFE,
                    ),
                )
