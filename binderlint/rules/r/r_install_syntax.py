"""r-install-syntax: R cannot read install.R."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.r import install_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.r_syntax import r_fault
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class RInstallSyntax(Rule):
    code = "RLG012"
    severity = Severity.ERROR
    level = Level.RUN

    @about(install_script)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        fault = None if source.decode_error else r_fault(source)
        if fault:
            yield self.at(
                fault.where,
                f"{fault.words}. This is a syntax error, so R stops here, and the build continues without the rest of install.R",
                help=f"`Rscript -e 'parse(\"{source.path}\")'` reads the file without running it, and says where it stops",
            )
