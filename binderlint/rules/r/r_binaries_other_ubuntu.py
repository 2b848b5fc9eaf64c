"""r-binaries-other-ubuntu: Packages of R were compiled for another Ubuntu than that of Binder's images."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.r import foreign_binaries
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class RBinariesOtherUbuntu(Rule):
    code = "RLG015"
    severity = Severity.WARNING
    level = Level.RUN

    @about(foreign_binaries)
    def check(self, repo: Snapshot, found: tuple[tuple[Text, str], ...]) -> Iterator[Diagnostic]:
        for name, release in found:
            source = name.place.source
            undated = source.name == "install.R" and source.text.startswith("/latest", name.place.span.end)
            yield self.at(
                name,
                f"These packages are compiled for Ubuntu {release} (`{name}`), and Binder's images are Ubuntu 24.04 (`noble`): those that use libraries of the system, such as stringi, may not load",
                help="Remove `repos`; repo2docker has set it to packages for its own Ubuntu"
                if undated
                else "Change it to `noble`, whose packages fit Binder's images",
                fix=None if undated else Fix("Change it to `noble`", (replace(name, "noble"),), Applicability.UNSAFE),
            )
