"""r-name-misspelt: install.R names a package of R with the wrong capital letters."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.r import install_script, packages
from binderlint.facts.r_packages import right_name
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.source import Source

# What repo2docker installs with the kernel (r.py), that package's own requirements among it.
_BROUGHT = frozenset({"IRkernel", "IRdisplay"})


class RNameMisspelt(Rule):
    code = "RLG014"
    severity = Severity.ERROR
    level = Level.RUN

    @about(install_script)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        for name in packages(source):
            quoted = source.text[name.place.span.start - 1] in "\"'"  # not the name of a repository
            right = right_name(str(name)) if quoted else ""
            if right and right in _BROUGHT:
                yield self.at(
                    name,
                    f"CRAN has no package `{name}`: in R, capital letters count. Nothing is missing, since Binder installs `{right}` itself",
                    help="Remove it",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
            elif right:
                yield self.at(
                    name,
                    f"CRAN has no package `{name}`: in R, capital letters count, and its name is `{right}`. It is not installed, and the build continues",
                    help=f"Write `{right}`",
                    fix=Fix(f"Write `{right}`", (replace(name, right),)),
                )
