"""r-biocinstaller: install.R uses `biocLite`, which Bioconductor removed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import remove_lines, replace
from binderlint.facts.r import OLD_INSTALLER, Call, calls, install_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class RBiocinstaller(Rule):
    code = "RLG008"
    severity = Severity.ERROR
    level = Level.RUN

    @about(install_script)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        for call in calls(source):
            if call.name == "source" and "biocLite.R" in call.text:
                where, text = call.text, 'install.packages("BiocManager")'
            elif call.name in ("biocLite", "useDevel"):
                where, text = call.written, "BiocManager::install" if call.name == "biocLite" else ""
            else:
                continue
            if (
                call.name == "biocLite"
                and [str(word) for one in call.arguments for word in one.strings] == [OLD_INSTALLER]
                and _stands_alone(call)
            ):
                yield self.at(
                    call.text,
                    "Bioconductor replaced `BiocInstaller` in 2018. R ends install.R here with an error, and the build continues without the packages",
                    help="Remove the line: BiocManager has taken its place",
                    fix=Fix("Remove the line", (remove_lines(call.text.place),), Applicability.UNSAFE),
                )
                continue
            yield self.at(
                where,
                "Bioconductor removed `biocLite` in 2018. R ends install.R with an error at the first such line, and the build continues without the packages",
                help='Use `install.packages("BiocManager")` once and `BiocManager::install(...)`',
                fix=Fix("Use BiocManager", (replace(where.place, text),), Applicability.UNSAFE) if text else None,
            )


def _stands_alone(call: Call) -> bool:
    """Whether nothing else is on the lines of a call."""
    place = call.text.place
    source = place.source
    return source.text[source.line(place.line).start : source.line(place.end_line).end].strip() == call.text
