"""RLG: where install.R takes packages from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.r import Argument, Call, calls, install_script, strings
from binderlint.files.r_versions import FIRST_SNAPSHOT
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Place, Span

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.source import Text

_DATED = {"runtime.txt": "r-4.4-2025-04-01\n"}
_MRAN = regex(
    r"https?://(?:mran\.microsoft\.com|mran\.revolutionanalytics\.com|cran\.microsoft\.com)(?:/snapshot/(\d{4}-\d\d-\d\d))?[^\s\"'`)]*"
)


class RMran(Rule):
    """Packages come from MRAN, which was shut down.

    Microsoft shut down its snapshots of CRAN in July 2023. repo2docker uses snapshots from Posit's package manager, which has usable ones since 2018-12-07: with an older date in runtime.txt the build ends with an error. An address of MRAN, or the package
    `checkpoint` that uses it, in install.R, a Dockerfile or `.Rprofile` cannot be reached.

    ## Fix safety

    The fix uses the oldest snapshot that exists, or the same day at Posit. It is unsafe: other versions may be installed.
    """

    code = "RLG006"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker: repo2docker/buildpacks/r.py", "jupyterhub/repo2docker#1284")
    examples = (
        Bad(
            {"runtime.txt": "r-2018-02-23\n", "install.R": "x <- 1\n"},
            at="runtime.txt:1:3",
            fixed={"runtime.txt": "r-2018-12-07\n"},
            why="A date before the first snapshot",
        ),
        Bad(
            {"binder/runtime.txt": "r-3.5-2018-11-01"},
            at="binder/runtime.txt:1:7",
            fixed={"binder/runtime.txt": "r-3.5-2018-12-07"},
            why="A version and a date before the first snapshot",
        ),
        Bad(
            {
                "install.R": "options(repos = 'https://mran.microsoft.com/snapshot/2019-04-15')  # ours\n",
                **_DATED,
            },
            at="install.R:1:18",
            fixed={"install.R": "options(repos = 'https://packagemanager.posit.co/cran/2019-04-15')  # ours\n"},
            why="An address of MRAN in install.R",
        ),
        Bad(
            {
                "Dockerfile": "FROM rocker/r-ver:3.6.0\nRUN R -e \"install.packages('a', repos='https://cran.microsoft.com/snapshot/2019-04-15/')\"\n"
            },
            at="Dockerfile:2:40",
            fixed={
                "Dockerfile": "FROM rocker/r-ver:3.6.0\nRUN R -e \"install.packages('a', repos='https://packagemanager.posit.co/cran/2019-04-15')\"\n"
            },
            why="An address of MRAN in a Dockerfile",
        ),
        Bad(
            {"install.R": 'library(checkpoint)\ncheckpoint("2020-01-01")\n', **_DATED},
            at="install.R:2:1",
            why="checkpoint",
        ),
        Good(_DATED, why="A date with a snapshot"),
        Good({"runtime.txt": "r-3.5-2018-12-07\n"}, why="The first snapshot"),
        Good({"install.R": "# was https://mran.microsoft.com\nx <- 1\n", **_DATED}, why="A comment"),
        Good(
            {"runtime.txt": "r-2018-02-23\n", "Dockerfile": "FROM r-base:4.4.2\n"},
            why="A build with a Dockerfile",
        ),
        Good({"README.md": "https://mran.microsoft.com/snapshot/2019-04-15\n", **_DATED}, why="A text about it"),
        Good({"install.R": 'checkpoint("reached")\n', **_DATED}, why="Another function called checkpoint"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        runtime = repo.runtime
        if runtime and runtime.date and not runtime.error and repo.plan.buildpack == "RBuildPack":
            if runtime.date < FIRST_SNAPSHOT:
                yield self.at(
                    runtime.date,
                    f"There are no packages of {runtime.date} any more: Microsoft switched MRAN off, so the build ends with an error",
                    help=f"Take a day from {FIRST_SNAPSHOT} on",
                    fix=Fix(
                        f"Take {FIRST_SNAPSHOT}", (replace(runtime.date.place, FIRST_SNAPSHOT),), Applicability.UNSAFE
                    ),
                )
        install = install_script(repo)
        for source in (install, repo.get(".Rprofile") if repo.plan.buildpack == "RBuildPack" else None):
            for text in strings(source.slice(0, len(source.text))) if source else ():
                yield from self._addresses(text)
        if repo.dockerfile:
            source = repo.dockerfile.source
            for line in source.lines():
                if not line.lstrip().startswith("#"):
                    yield from self._addresses(line)
        if install and "library(checkpoint)" in install.text.replace('"', ""):
            for call in calls(install):
                if call.name == "checkpoint":
                    yield self.at(
                        call.text,
                        "`checkpoint` gets packages from MRAN, which is switched off, so nothing after this line is installed",
                        help="Leave it out: the day in runtime.txt does the same",
                    )

    def _addresses(self, text: Text) -> Iterator[Diagnostic]:
        for found in _MRAN.finditer(text):
            address = text.part(*found.span())
            yield self.at(
                address,
                "This address of MRAN is gone, so nothing can be installed from it",
                help="Take `https://packagemanager.posit.co/cran/` and a day",
                fix=Fix(
                    "Take the same day from Posit",
                    (replace(address.place, f"https://packagemanager.posit.co/cran/{found[1]}"),),
                    Applicability.UNSAFE,
                )
                if found[1] and found[1] >= "2017-10-10"
                else None,
            )


_LIVE = regex(
    r"https?://(?:cloud\.r-project\.org|cran\.r-project\.org|cran\.rstudio\.(?:com|org)|cran\.(?:us|uk|ca|ma|mirror)[\w.-]*|"
    r"(?:packagemanager\.(?:posit|rstudio)\.com?|p3m\.dev)/(?:cran|all)/(?:__linux__/\w+/)?latest)\b"
)


class RUndatedRepos(Rule):
    """install.R installs packages from today's CRAN.

    repo2docker sets R's repository to the day in runtime.txt, so that the same versions are installed every time. A `repos` with a live mirror in install.R bypasses this: each build installs the newest versions, which may need a newer R.

    ## Fix safety

    The fix removes the argument. It is unsafe: the versions of the day in runtime.txt are installed instead of the newest.
    """

    code = "RLG007"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/repo2docker: repo2docker/buildpacks/r.py",)
    examples = (
        Bad(
            {
                "install.R": 'install.packages("sf", repos = "https://cloud.r-project.org", Ncpus = 2)  # maps\n',
                **_DATED,
            },
            at="install.R:1:33",
            fixed={"install.R": 'install.packages("sf", Ncpus = 2)  # maps\n'},
            why="A mirror in install.packages",
        ),
        Bad(
            {"install.R": "install.packages(c('a','b'),repos='http://cran.rstudio.com/')\n", **_DATED},
            at="install.R:1:36",
            fixed={"install.R": "install.packages(c('a','b'))\n"},
            why="A mirror without spaces around it",
        ),
        Bad(
            {"install.R": 'options(repos = c(CRAN = "https://cran.r-project.org"))\n', **_DATED},
            at="install.R:1:27",
            why="A mirror in options",
        ),
        Good({"install.R": 'install.packages("sf")\n', **_DATED}, why="No repository"),
        Good(
            {
                "install.R": 'install.packages("sf", repos = "https://packagemanager.posit.co/cran/2025-04-01")\n',
                **_DATED,
            },
            why="A snapshot",
        ),
        Good(
            {
                "install.R": 'install.packages("INLA", repos = c("https://inla.r-inla-download.org/R/stable"))\n',
                **_DATED,
            },
            why="A repository beside CRAN",
        ),
        Good({"install.R": '# repos = "https://cloud.r-project.org"\n', **_DATED}, why="A comment"),
        Good(
            {
                "install.R": 'install.packages("https://cran.r-project.org/src/contrib/Archive/a/a_1.0.tar.gz", repos = NULL)\n',
                **_DATED,
            },
            why="The address of one release",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = install_script(repo)
        for call in calls(source) if source else ():
            repos = call.argument("repos")
            for text in repos.strings if repos else ():
                if _LIVE.match(text):
                    yield self.at(
                        text,
                        "This is today's CRAN: packages come from here, and not from the day that runtime.txt names",
                        help="Leave `repos` out; repo2docker has set it to that day",
                        fix=_without(call, repos) if repos and call.name == "install.packages" else None,
                    )
                    break


def _without(call: Call, argument: Argument) -> Fix | None:
    """The call without a named argument that is one string."""
    index = call.arguments.index(argument)
    if index == 0 or not re.fullmatch(r"[\"'][^\"']*[\"']", argument.text):
        return None
    start, end = call.arguments[index - 1].text.place.span.end, argument.text.place.span.end
    edits = (replace(Place(call.text.place.source, Span(start, end)), ""),)
    return Fix("Leave `repos` out", edits, Applicability.UNSAFE)


class RBiocinstaller(Rule):
    """install.R uses `biocLite`, which Bioconductor removed.

    BiocManager replaced `biocLite.R` and the package BiocInstaller in 2018. With R 3.5 or newer, `source("https://bioconductor.org/biocLite.R")` ends in an error, and install.R with it. The build goes on without the packages.

    ## Fix safety

    The fix writes the calls of BiocManager. It is unsafe: it installs the versions of the Bioconductor release for this R.
    """

    code = "RLG008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("Bioconductor: BiocManager vignette",)
    examples = (
        Bad(
            {
                "install.R": 'source("https://bioconductor.org/biocLite.R")\nbiocLite("biomaRt")  # genes\nbiocLite(c("limma", "edgeR"), ask = FALSE)\n',
                **_DATED,
            },
            at=("install.R:1:1", "install.R:2:1", "install.R:3:1"),
            fixed={
                "install.R": 'install.packages("BiocManager")\nBiocManager::install("biomaRt")  # genes\nBiocManager::install(c("limma", "edgeR"), ask = FALSE)\n'
            },
            why="biocLite in install.R",
        ),
        Good(
            {"install.R": 'install.packages("BiocManager")\nBiocManager::install("biomaRt")\n', **_DATED},
            why="BiocManager",
        ),
        Good({"install.R": '# biocLite("biomaRt")\n', **_DATED}, why="A comment"),
        Good(
            {"install.R": 'biocLite("biomaRt")\n', "Dockerfile": "FROM rocker/binder:4.4.2\n"},
            why="A build with a Dockerfile",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = install_script(repo)
        for call in calls(source) if source else ():
            if call.name == "source" and "biocLite.R" in call.text:
                where, text = call.text, 'install.packages("BiocManager")'
            elif call.name in ("biocLite", "useDevel"):
                where, text = call.written, "BiocManager::install" if call.name == "biocLite" else ""
            else:
                continue
            yield self.at(
                where,
                "Bioconductor removed `biocLite` in 2018: R ends install.R here with an error, and the build goes on without the packages",
                help='Write `install.packages("BiocManager")` once and `BiocManager::install(...)`',
                fix=Fix("Use BiocManager", (replace(where.place, text),), Applicability.UNSAFE) if text else None,
            )
