"""RLG: system libraries that R packages load."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import append_lines, create
from binderlint.files.r import packages
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_DATED = {"runtime.txt": "r-4.4-2025-04-01\n"}


@cache
def _needs() -> dict[str, list[list[str]]]:
    """For each R package the groups of Ubuntu packages of which one must be there."""
    text = (Path(__file__).parent.parent / "data" / "r_system_libraries.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {name: [group.split("|") for group in groups.split(" ")] for name, groups in rows[1:]}


class RSystemLibraries(Rule):
    """An R package needs a system library that Binder's image does not have.

    repo2docker installs prebuilt R packages, without the Ubuntu libraries that some of them load: `sf` needs GDAL, GEOS and udunits, `rJava` needs Java. If apt.txt does not list them, `library(sf)` ends with `cannot open shared object file`. The build does
    not notice.

    Nothing is reported if apt.txt lists one of the Ubuntu packages that include the library, for package names in variables, or in Dockerfiles.

    ## Fix safety

    The fix adds the Ubuntu packages to apt.txt. It is unsafe: the image grows.
    """

    code = "RLG009"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker: docs/source/howto/languages.md",)
    examples = (
        Bad(
            {"install.R": 'install.packages(c("ggplot2", "sf"))\n', **_DATED},
            at="install.R:1:32",
            fixed={"apt.txt": "libgdal-dev\nlibgeos-dev\nlibudunits2-dev\n"},
            why="sf without its libraries",
        ),
        Bad(
            {
                "binder/install.R": 'install.packages("rJava")\ninstall.packages("V8")\n',
                "binder/apt.txt": "libnode-dev\r\nvim",
                "binder/runtime.txt": "r-4.4-2025-04-01",
            },
            at="binder/install.R:1:19",
            fixed={"binder/apt.txt": "libnode-dev\r\nvim\r\ndefault-jdk\r\n"},
            why="Two packages, and an apt.txt for one of them",
        ),
        Good(
            {"install.R": 'install.packages("sf")\n', "apt.txt": "libgdal-dev libudunits2-dev # maps\n", **_DATED},
            why="apt.txt lists the libraries",
        ),
        Good({"install.R": 'install.packages("ggplot2")\n', **_DATED}, why="A package that needs none"),
        Good(
            {"install.R": 'install.packages("sf")\n', "Dockerfile": "FROM rocker/geospatial:4.4.2\n"},
            why="A build with a Dockerfile",
        ),
        Good({"install.R": '# install.packages("sf")\n', **_DATED}, why="A comment"),
        Good(
            {"install.R": 'install.packages("sf")\n', "environment.yml": "dependencies: [gdal]\n", **_DATED},
            why="conda may install the library",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.used("install.R")
        if source is None or repo.plan.buildpack != "RBuildPack" or repo.environment_file:
            return
        apt = repo.used("apt.txt")
        here = (
            {word.partition("=")[0] for line in apt.lines() for word in line.partition("#")[0].split()}
            if apt
            else set()
        )
        path = repo.plan.path("apt.txt")
        added: set[str] = set()
        for package in packages(source):
            missing = [group[0] for group in _needs().get(package, []) if not here & set(group)]
            if not missing or set(missing) <= added:
                continue
            added |= set(missing)
            edit: Edit = append_lines(apt, "\n".join(missing)) if apt else create(path, "\n".join([*missing, ""]))
            words = " and ".join(f"`{one}`" for one in missing)
            yield self.at(
                package,
                f"`{package}` needs a system library that Binder's image does not have, so loading it ends in an error",
                help=f"Add {words} to {path}",
                fix=Fix(f"Add {', '.join(missing)} to {path}", (edit,), Applicability.UNSAFE),
            )
