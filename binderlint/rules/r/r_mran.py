"""r-mran: Packages come from MRAN, which was shut down."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.docker.context import base_image, build_dockerfile
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.r import calls, install_script, strings
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.r_versions import FIRST_SNAPSHOT
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text

_MRAN = regex(
    r"https?://(?:mran\.microsoft\.com|mran\.revolutionanalytics\.com|cran\.microsoft\.com)(?:/snapshot/(\d{4}-\d\d-\d\d))?[^\s\"'`)]*"
)
# Images that had a day of MRAN in their Rprofile.site, up to R 3.6.3.
_ROCKER = regex(r"docker\.io/rocker/(?:r-ver|rstudio|tidyverse|verse|geospatial|shiny|shiny-verse|binder)")
_R_3 = regex(r"3\.\d+(?:\.\d+)?")
_INSTALLS = regex(r"\binstall\.packages\s*\(|\binstall2\.r\b|\binstall_(?:cran|version)\b")
_INSTALLS_OWN = regex(r"\b(?:devtools|remotes)::install\(|\binstall_(?:deps|local)\b")
_OTHER_CRAN = regex(
    r"\brepos\b|Rprofile|\bMRAN\b|\bCRAN\s*=|packagemanager|microsoft\.com|\brenv\b|\bpackrat\b|\bpak\b"
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
            yield from self._of_rocker(repo, source)
        if install and "library(checkpoint)" in install.text.replace('"', ""):
            for call in calls(install):
                if call.name == "checkpoint":
                    yield self.at(
                        call.text,
                        "`checkpoint` gets packages from MRAN, which was shut down, so nothing after this line is installed",
                        help="Remove it: the day in runtime.txt does the same",
                        level=Level.RUN,
                    )

    def _of_rocker(self, repo: Snapshot, dockerfile: Source) -> Iterator[Diagnostic]:
        """The image of an old R whose packages come from MRAN, where something is installed from there."""
        image = base_image(repo)
        if image is None or image.digest or not (_ROCKER.fullmatch(image.path) and _R_3.fullmatch(image.tag)):
            return
        scripts = [one for one in repo.files if one.name == "install.R"] if "install.R" in dockerfile.prose else []
        code = "\n".join(one.prose for one in (dockerfile, *scripts))
        certain = _INSTALLS.search(code)
        own = _INSTALLS_OWN.search(code) and repo.get("DESCRIPTION")  # what it needs may be in the image
        if (certain or own) and not _OTHER_CRAN.search(code):
            yield self.at(
                image.written,
                f"R in `{image.value}` gets its packages from MRAN, which Microsoft shut down, so no package of CRAN can be installed in this image",
                help='Use the image of an R from 4.0 on, or set another CRAN, as in `options(repos = "https://packagemanager.posit.co/cran/2020-04-24")`',
                severity=None if certain else Severity.WARNING,
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
