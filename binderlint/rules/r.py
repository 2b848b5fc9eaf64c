"""RLG: which R a build gets, and which day of CRAN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import create, replace
from binderlint.files.r import calls, read_description
from binderlint.files.r_versions import DEFAULT, FIRST_SNAPSHOT, of_day, settled_day
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.runtime import Runtime
    from binderlint.repository import Repository
    from binderlint.source import Source

_INSTALL = 'install.packages("tidyverse")\n'
_NO_R = ("DockerBuildPack", "LegacyBinderDockerBuildPack", "NixBuildPack", "RBuildPack", None)


class RRuntimeDateMissing(Rule):
    """R is not installed, because runtime.txt has no date.

    repo2docker installs R if runtime.txt has a version and a day of CRAN (`r-4.4-2025-04-01`), or if the root has a DESCRIPTION. `r-4.4` without a day, or an install.R alone, does not tell repo2docker to install R: the build succeeds, the image has no R,
    and install.R never runs.

    Nothing is reported if R comes from somewhere else: `r-base` in environment.yml, or a Dockerfile.

    ## Fix safety

    The fix adds a day near the end of the year of that R version, or a runtime.txt for R 4.4. It is unsafe: the day decides which versions of packages are installed, and so the whole image.
    """

    code = "RLG001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker: repo2docker/buildpacks/r.py", "jupyterhub/repo2docker#1533")
    examples = (
        Bad(
            {"install.R": _INSTALL, "runtime.txt": "r-4.3\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "r-4.3-2024-04-01\n"},
            why="A version without a day",
        ),
        Bad(
            {"binder/install.R": _INSTALL, "binder/runtime.txt": "r-4.1.3"},
            at="binder/runtime.txt:1:1",
            fixed={"binder/runtime.txt": "r-4.1.3-2022-04-01"},
            why="Three numbers without a day",
        ),
        Bad(
            {".binder/install.R": _INSTALL},
            at=".binder/install.R:1:1",
            fixed={".binder/runtime.txt": "r-4.4-2025-04-01\n"},
            why="install.R alone",
        ),
        Bad(
            {"install.R": _INSTALL, "environment.yml": "dependencies: [python=3.11]\n"},
            at="install.R:1:1",
            fixed={"runtime.txt": "r-4.4-2025-04-01\n"},
            why="install.R beside environment.yml",
        ),
        Bad(
            {"install.R": _INSTALL, "requirements.txt": "numpy\n", "runtime.txt": "python-3.11\n"},
            at="install.R:1:1",
            why="install.R beside a Python version",
        ),
        Good({"install.R": _INSTALL, "runtime.txt": "r-4.3-2024-04-01\n"}, why="A version and a day"),
        Good({"install.R": _INSTALL, "runtime.txt": "r-2024-04-01\n"}, why="A day without a version"),
        Good(
            {"install.R": _INSTALL, "DESCRIPTION": "Package: mine\nVersion: 1\n"},
            why="DESCRIPTION, with which R is installed",
        ),
        Good({"install.R": _INSTALL, "Dockerfile": "FROM rocker/binder:4.4.2\n"}, why="A build with a Dockerfile"),
        Good(
            {"install.R": _INSTALL, "environment.yml": "dependencies: [r-base=4.3, r-tidyverse]\n"},
            why="R from conda",
        ),
        Good(
            {"install.R": "# nothing yet\n", "environment.yml": "dependencies: [python=3.11]\n"},
            why="An install.R that does nothing",
        ),
        Good({"R/install.R": _INSTALL, "requirements.txt": "numpy\n"}, why="An install.R in another folder"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        if plan.error or plan.buildpack in _NO_R or _conda_r(repo):
            return
        install = repo.get(plan.path("install.R"))
        runtime_file = repo.get(plan.path("runtime.txt"))
        runtime = repo.runtime or _read_runtime(runtime_file)
        if runtime_file and runtime and runtime.name == "r" and runtime.version and runtime.date is None:
            day = settled_day(runtime.version)
            yield self.at(
                runtime.text,
                f"`{runtime.text}` has no date, so Binder installs no R at all"
                + (" and never runs install.R" if install else ""),
                help="Add the day of CRAN to install packages from, as in `r-4.4-2025-04-01`",
                fix=Fix(
                    f"Add the day {day}", (replace(runtime.text.place, f"{runtime.text}-{day}"),), Applicability.UNSAFE
                )
                if day
                else None,
            )
        elif install and not (runtime and runtime.name == "r") and calls(install):
            day = settled_day(DEFAULT)
            yield self.at(
                install,
                "Nothing here asks Binder for R, so it installs none and never runs this file",
                help=f"Write `r-{DEFAULT}-{day}` (the version and a day of CRAN) into {plan.path('runtime.txt')}",
                fix=None
                if runtime_file
                else Fix(
                    f"Create {plan.path('runtime.txt')} for R {DEFAULT}",
                    (create(plan.path("runtime.txt"), f"r-{DEFAULT}-{day}\n"),),
                    Applicability.UNSAFE,
                ),
            )


def _conda_r(repo: Repository) -> bool:
    """Whether environment.yml installs R."""
    return any(spec.key == "r" or spec.key.startswith("r-") for spec in repo.conda_specs)


def _read_runtime(source: Source | None) -> Runtime | None:
    from binderlint.files.runtime import read

    return read(source) if source else None


class RVersionUnpinned(Rule):
    """runtime.txt has a day of CRAN but no version of R.

    repo2docker then installs its default, R 4.4 today, with the packages of that day. Packages that were built for the R of their time may not build with a newer one, and the default changes with a release of repo2docker.

    If the day is one of R 4.4, this is an info: the same today, and different when the default changes. It is also an info if only a DESCRIPTION makes this an R repository: then the packages are the newest on the day of the build.

    ## Fix safety

    The fix writes the version that was current on that day. It is unsafe: it is another R than the one installed today.
    """

    code = "RLG002"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/repo2docker: repo2docker/buildpacks/r.py",)
    examples = (
        Bad(
            {"runtime.txt": "r-2021-09-18\n", "install.R": _INSTALL},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "r-4.1-2021-09-18\n"},
            why="A day of R 4.1",
        ),
        Bad(
            {"binder/runtime.txt": "r-2024-10-01"},
            at="binder/runtime.txt:1:1",
            severity=Severity.INFO,
            fixed={"binder/runtime.txt": "r-4.4-2024-10-01"},
            why="A day of the default",
        ),
        Bad(
            {"DESCRIPTION": "Package: a\nVersion: 1\n"},
            at="DESCRIPTION:1:1",
            severity=Severity.INFO,
            why="DESCRIPTION alone",
        ),
        Good({"runtime.txt": "r-4.1-2021-09-18\n"}, why="A version and a day"),
        Good(
            {"runtime.txt": "r-4.1-2021-09-18\n", "DESCRIPTION": "Package: a\nVersion: 1\n"},
            why="A version and a day beside DESCRIPTION",
        ),
        Good({"runtime.txt": "r-2018-02-23\n"}, why="A day without a snapshot, which r-mran reports"),
        Good({"runtime.txt": "r-2021-09-18\n", "Dockerfile": "FROM r-base:4.4.2\n"}, why="A build with a Dockerfile"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        runtime = repo.runtime
        if repo.plan.buildpack != "RBuildPack":
            return
        description = repo.used("DESCRIPTION")
        if runtime is None and description:
            yield self.at(
                description,
                f"No runtime.txt names a version of R and a day of CRAN, so each build takes repo2docker's default, R {DEFAULT} today, and the newest packages",
                help=f"Write `r-{DEFAULT}-` and a day, as in `r-{DEFAULT}-{settled_day(DEFAULT)}`, into runtime.txt",
                severity=Severity.INFO,
            )
        if not runtime or runtime.name != "r" or runtime.version:
            return
        if runtime.date is None or runtime.error or runtime.date < FIRST_SNAPSHOT:
            return
        current = of_day(runtime.date)
        if not current:
            return
        same = current == DEFAULT
        yield self.at(
            runtime.text,
            f"No version of R is named, so Binder installs its default, R {DEFAULT} today"
            + ("" if same else f", over packages of the time of R {current}"),
            help=f"Write `r-{current}-{runtime.date}`",
            severity=Severity.INFO if same else None,
            fix=Fix(
                f"Name R {current}", (replace(runtime.text.place, f"r-{current}-{runtime.date}"),), Applicability.UNSAFE
            ),
        )


class DescriptionHijacksBuild(Rule):
    """A DESCRIPTION in the root makes this an R repository.

    A file called DESCRIPTION in the root, without a binder directory, selects repo2docker's R build: R, RStudio and, at the end, `remotes::install_local()` of the repository. If the file only has this name and is not an R package, that last step fails, and
    the build with it.
    """

    code = "RLG003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker: repo2docker/buildpacks/r.py",)
    examples = (
        Bad({"DESCRIPTION": "A course on waves.\n", "requirements.txt": "numpy\n"}, at="DESCRIPTION:1:1", why="A text"),
        Bad({"DESCRIPTION": "Title: Waves\nDepends: R\n"}, at="DESCRIPTION:1:1", why="R's fields without a package"),
        Good({"DESCRIPTION": "Type: Package\nPackage: waves\nVersion: 0.1\n"}, why="An R package"),
        Good({"DESCRIPTION": "A course.\n", "binder/requirements.txt": "numpy\n"}, why="A binder directory hides it"),
        Good({"DESCRIPTION": "A course.\n", "Dockerfile": "FROM python:3.12\n"}, why="A build with a Dockerfile"),
        Good({"docs/DESCRIPTION": "A course.\n", "requirements.txt": "numpy\n"}, why="A file in a folder"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.get("DESCRIPTION")
        if repo.plan.buildpack != "RBuildPack" or repo.plan.binder_dir or source is None:
            return
        if not read_description(source).get("Package", "").strip():
            yield self.at(
                source,
                "This file makes Binder build the repository as an R package, which it is not (no `Package:` line), so the build fails",
                help="Give the file another name, or put Binder's files into a folder `binder`",
            )


class RProfileRenv(Rule):
    """`.Rprofile` switches every R session to an empty library.

    On Binder the repository is the home folder, so R and RStudio read its `.Rprofile`. `source("renv/activate.R")`, or packrat's `init.R`, makes them use the project's own library, which is not in git. repo2docker runs install.R without the profile, so R
    installs packages in one place and looks for them in another: `library(...)` finds nothing.

    Nothing is reported if install.R or postBuild restores the library of the project.
    """

    code = "RLG004"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#1431", "quarto-dev/quarto-cli#7720")
    examples = (
        Bad(
            {".Rprofile": 'source("renv/activate.R")\n', "install.R": _INSTALL, "runtime.txt": "r-4.4-2025-04-01\n"},
            at=".Rprofile:1:1",
            why="renv",
        ),
        Bad(
            {
                ".Rprofile": 'options(digits = 4)\nif (TRUE) source("packrat/init.R")\n',
                "binder/environment.yml": "dependencies: [r-base=4.4]\n",
            },
            at=".Rprofile:2:11",
            why="packrat, with R from conda",
        ),
        Good(
            {
                ".Rprofile": 'source("renv/activate.R")\n',
                "install.R": 'install.packages("renv")\nrenv::restore()\n',
                "runtime.txt": "r-4.4-2025-04-01\n",
            },
            why="install.R restores the library",
        ),
        Good(
            {
                ".Rprofile": 'source("renv/activate.R")\n',
                "postBuild": "#!/bin/bash\nRscript -e 'renv::restore()'\n",
                "runtime.txt": "r-4.4-2025-04-01\n",
            },
            why="postBuild restores the library",
        ),
        Good({".Rprofile": 'source("renv/activate.R")\n', "requirements.txt": "numpy\n"}, why="No R in the image"),
        Good(
            {".Rprofile": '# source("renv/activate.R")\noptions(digits = 8)\n', "runtime.txt": "r-4.4-2025-04-01\n"},
            why="A comment",
        ),
        Good(
            {"R/.Rprofile": 'source("renv/activate.R")\n', "runtime.txt": "r-4.4-2025-04-01\n"},
            why="A profile in another folder",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.get(".Rprofile")
        if source is None or not (repo.plan.buildpack == "RBuildPack" or _conda_r(repo)):
            return
        scripts = [repo.used("install.R"), repo.used("postBuild")]
        if any(script and re.search(r"restore|hydrate|packrat::", script.text) for script in scripts):
            return
        for call in calls(source):
            if call.name == "source" and re.search(r"renv/activate\.R|packrat/init\.R", call.text):
                yield self.at(
                    call.text,
                    "This switches every R session on Binder to the project's own library, which is not in the image: no package is found",
                    help='Restore it in install.R (`install.packages("renv"); renv::restore()`), or run this line only outside of Binder: `if (!nzchar(Sys.getenv("BINDER_SERVICE_HOST")))`',
                )
