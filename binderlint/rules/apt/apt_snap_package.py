"""apt-snap-package: apt.txt lists a browser that Ubuntu only has as a snap."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.apt import apt_entries
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.apt import AptEntry
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

# Packages of Ubuntu 24.04 whose version names the snap (`1:1snap1-0ubuntu5`): they hold a script that asks for it.
_SNAPS = frozenset({"firefox", "chromium-browser", "chromium-chromedriver", "thunderbird"})


class AptSnapPackage(Rule):
    code = "APT007"
    severity = Severity.WARNING
    level = Level.RUN

    @about(apt_entries)
    def check(self, repo: Snapshot, entries: tuple[AptEntry, ...]) -> Iterator[Diagnostic]:
        by_conda = build_plan(repo).buildpack == Buildpack.CONDA
        for word in (word for entry in entries for word in entry.words):
            if str(word) in _SNAPS:
                yield self.at(
                    word,
                    f"`{word}` of Ubuntu 24.04 only installs a snap, and snaps do not work in Binder's image, so that the program is not there",
                    help="Remove the line. For a browser, add `firefox` and `geckodriver` of conda-forge to environment.yml"
                    if by_conda
                    else "Remove the line. conda-forge has a `firefox`, and a `geckodriver` for it",
                )
