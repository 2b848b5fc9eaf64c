"""r-mran: Packages come from MRAN, which was shut down."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.r import calls, install_script, strings
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.r_versions import FIRST_SNAPSHOT
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_MRAN = regex(
    r"https?://(?:mran\.microsoft\.com|mran\.revolutionanalytics\.com|cran\.microsoft\.com)(?:/snapshot/(\d{4}-\d\d-\d\d))?[^\s\"'`)]*"
)


class RMran(Rule):
    code = "RLG006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        runtime = runtime_file(repo)
        plan = build_plan(repo)
        if runtime and runtime.date and not runtime.error and plan.buildpack == Buildpack.R:
            if runtime.date < FIRST_SNAPSHOT:
                yield self.at(
                    runtime.date,
                    f"Packages of {runtime.date} are no longer available: Microsoft shut down MRAN, so the build ends with an error",
                    help=f"Use {FIRST_SNAPSHOT} or a later day",
                    fix=Fix(
                        f"Use {FIRST_SNAPSHOT}", (replace(runtime.date.place, FIRST_SNAPSHOT),), Applicability.UNSAFE
                    ),
                )
        install = install_script(repo)
        for source in (install, repo.get(".Rprofile") if plan.buildpack == Buildpack.R else None):
            for text in strings(source.slice(0, len(source.text))) if source else ():
                yield from self._addresses(text)
        dockerfile = build_dockerfile(repo)
        if dockerfile:
            source = dockerfile.source
            for line in source.lines():
                if not line.lstrip().startswith("#"):
                    yield from self._addresses(line)
        if install and "library(checkpoint)" in install.text.replace('"', ""):
            for call in calls(install):
                if call.name == "checkpoint":
                    yield self.at(
                        call.text,
                        "`checkpoint` gets packages from MRAN, which was shut down, so nothing after this line is installed",
                        help="Remove it: the day in runtime.txt does the same",
                        level=Level.RUN,
                    )

    def _addresses(self, text: Text) -> Iterator[Diagnostic]:
        for found in _MRAN.finditer(text):
            address = text.part(*found.span())
            yield self.at(
                address,
                "This address of MRAN no longer exists, so nothing can be installed from it",
                help="Use `https://packagemanager.posit.co/cran/` and a day",
                level=Level.RUN,
                fix=Fix(
                    "Use the same day at Posit",
                    (replace(address.place, f"https://packagemanager.posit.co/cran/{found[1]}"),),
                    Applicability.UNSAFE,
                )
                if found[1] and found[1] >= "2017-10-10"
                else None,
            )
