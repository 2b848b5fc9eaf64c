"""apt-package-missing-in-noble: apt.txt lists a package that Ubuntu 24.04 does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.apt import apt_entries
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.apt import PACKAGE, AptEntry, gone_from_noble
from binderlint.snapshot import Snapshot


class AptPackageMissingInNoble(Rule):
    code = "APT001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(apt_entries)
    def check(self, repo: Snapshot, entries: tuple[AptEntry, ...]) -> Iterator[Diagnostic]:
        table = gone_from_noble()
        for entry in entries:
            for word in entry.words:
                found = PACKAGE.match(word)
                successor = table.get(found[1]) if found else None
                if found is None or successor is None:
                    continue
                name, to = found[1], successor.name
                old_python = re.match(r"python2?(?:[-.]|$)", name) is not None
                fix = None
                if to and not old_python:
                    safety = Applicability.SAFE if successor.kind == "rename" else Applicability.UNSAFE
                    fix = Fix(f"Change it to `{to}`", (replace(word.part(0, len(name)), to),), safety)
                yield self.at(
                    word,
                    f"Binder builds on Ubuntu 24.04, which has no package `{name}`, so the build stops",
                    help="List the Python package in environment.yml or requirements.txt instead"
                    if old_python
                    else f"Use `{to}` instead"
                    if to
                    else "Use the package that replaced it, and compile again what was built with the old library"
                    if re.fullmatch(r"lib[a-z-]+\d+", name)
                    else "Remove the line, or find the package that replaced it",
                    fix=fix,
                )
