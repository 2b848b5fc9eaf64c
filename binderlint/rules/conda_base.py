"""CND: the Python and the R that a build starts from: versions that repo2docker does not have, and wishes it does not hear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Create, Diagnostic, Fix, Level, Severity
from binderlint.digits import number
from binderlint.edits import replace
from binderlint.pattern import regex
from binderlint.plan import DEFAULT_PYTHON
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_JULIA = "JuliaProjectTomlBuildPack"
# What repo2docker raises for a Python version that it has no environment for.
_REFUSED = regex(r"Python version .* is not supported!|.* is not valid SemVer string|'\d+'")


class EnvPythonUnsupported(Rule):
    """Binder does not support the listed Python version.

    repo2docker has a tested set of Jupyter packages for each Python that it supports: 2.7 and 3.5 to 3.14. Any other version stops the build: `3.1` where 3.10 was meant (in
    `python: 3.10`, YAML reads a number and drops the zero), a version that is not released yet, or `python=3.*`, which has no second number.

    ## Fix safety

    `python=3.*` becomes repo2docker's default. This is unsafe: you may have used another version. For other versions there is no fix.
    """

    code = "CND007"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/conda/__init__.py",)
    examples = (
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.1\n"},
            at="environment.yml:2:5",
            why="Python 3.1 instead of 3.10",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.99\n"},
            at="environment.yml:2:5",
            why="A version that does not exist",
        ),
        Bad(
            {"binder/environment.yml": "dependencies: ['python=3.4', numpy]\n"},
            at="binder/environment.yml:1:16",
            why="Python 3.4",
        ),
        Bad({"environment.yml": "dependencies:\r\n- python=4\r\n"}, at="environment.yml:2:3", why="Python 4"),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.* # any\n"},
            at="environment.yml:2:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.10 # any\n"},
            why="A pattern instead of the second number",
        ),
        Bad(
            {"runtime.txt": "python-3.99\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            why="runtime.txt names a version that does not exist",
        ),
        Bad(
            {"Pipfile": '[requires]\npython_version = "3.99"\n'},
            at="Pipfile:2:18",
            why="Pipfile names a version that does not exist",
        ),
        Good({"environment.yml": "dependencies:\n  - python=3.14\n"}, why="The newest supported version"),
        Good({"environment.yml": "dependencies:\n  - python=2.7\n"}, why="Python 2.7"),
        Good({"environment.yml": "dependencies:\n  - python>=3.99\n"}, why="A range, which repo2docker does not read"),
        Good({"environment.yml": "dependencies:\n  - python=3\n"}, why="No second number, which gives the default"),
        Good(
            {"environment.yml": "dependencies:\n  - python=3.99\n", "Project.toml": "[deps]\n"},
            why="In a Julia repository, environment.yml does not choose Python",
        ),
        Good(
            {"runtime.txt": "python-3.99\n", "environment.yml": "dependencies: [python=3.12]\n"},
            why="environment.yml wins over runtime.txt",
        ),
        Good(
            {"runtime.txt": "python-3.11.4\n", "requirements.txt": "numpy\n"},
            why="runtime.txt with a patch version, which runtime-python-patch-version reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.buildpacks.tables import PLATFORM, repo2docker

        error = repo.plan.error
        if error is None or not _REFUSED.fullmatch(error.message) or error.place.source.name in ("", "."):
            return
        written = error.place.text.strip("'\" ")
        newest = repo2docker()["python"]["lock_files"][PLATFORM][-1]
        yield self.at(
            error.place,
            f"repo2docker has no environment for the Python of `{written}`, so the build stops before it begins",
            help=f"Take a version from 3.8 to {newest}, with two numbers",
            fix=Fix(
                f"Pin Python {DEFAULT_PYTHON}",
                (replace(error.place, f"python={DEFAULT_PYTHON}"),),
                Applicability.UNSAFE,
            )
            if re.fullmatch(r"python\s*=+\s*3\.\*?", written)
            else None,
        )


class EnvPythonIgnoredByROrJulia(Rule):
    """In an R or Julia repository, environment.yml does not choose Python.

    With a Project.toml or an R runtime, repo2docker starts from the Python in runtime.txt (`python-3.12`), or 3.10, and installs environment.yml on top of it. With
    `python=3.12` there, conda must replace Python underneath a complete Jupyter installation, which is slow and often fails.

    ## Fix safety

    For a Julia repository without runtime.txt, the fix creates one. It is unsafe: Binder then builds with another set of Jupyter packages. In an R repository,
    runtime.txt names R, and there is no other place for the version of Python.
    """

    code = "CND008"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/python/__init__.py", "repo2docker/buildpacks/julia/julia_project.py")
    examples = (
        Bad(
            {"Project.toml": "[deps]\n", "environment.yml": "dependencies:\n  - python=3.12\n"},
            at="environment.yml:2:5",
            fixed={"runtime.txt": "python-3.12\n"},
            why="A Julia repository",
        ),
        Bad(
            {"binder/Project.toml": "[deps]\n", "binder/environment.yml": "dependencies: [python=3.9.7]\n"},
            at="binder/environment.yml:1:16",
            fixed={"binder/runtime.txt": "python-3.9\n"},
            why="A Julia repository with a binder directory",
        ),
        Bad(
            {
                "Project.toml": "[deps]\n",
                "runtime.txt": "python-3.11\n",
                "environment.yml": "dependencies: [python=3.12]\n",
            },
            at="environment.yml:1:16",
            why="runtime.txt names another version",
        ),
        Bad(
            {"runtime.txt": "r-4.4-2025-01-15\n", "environment.yml": "dependencies: [python=3.12, numpy]\n"},
            at="environment.yml:1:16",
            why="An R repository",
        ),
        Good(
            {"Project.toml": "[deps]\n", "environment.yml": "dependencies: [python=3.10]\n"},
            why="Python 3.10, from which Binder starts",
        ),
        Good(
            {"Project.toml": "[deps]\n", "environment.yml": "dependencies: [python>=3.9]\n"},
            why="A range that includes Python 3.10",
        ),
        Good(
            {
                "Project.toml": "[deps]\n",
                "runtime.txt": "python-3.12\n",
                "environment.yml": "dependencies: [python=3.12]\n",
            },
            why="runtime.txt names the same version",
        ),
        Good({"environment.yml": "dependencies: [python=3.12]\n"}, why="A repository without R or Julia"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        if plan.buildpack not in (_JULIA, "RBuildPack") or plan.python is None:
            return
        spec = next((spec for spec in repo.conda_specs if spec.key == "python" and spec.version), None)
        taken = plan.python.version
        if spec is None or not re.fullmatch(r"\d+\.\d+", taken):
            return
        major, _, minor = taken.partition(".")
        if any(spec.admits((number(major), number(minor), patch)) is not False for patch in range(30)):
            return
        pinned = re.match(r"[=\s]*(\d+\.\d+)", spec.version or "")
        path = plan.path("runtime.txt")
        new = f"python-{pinned.group(1)}" if pinned else ""
        yield self.at(
            spec.place,
            f"This is {'a Julia' if plan.buildpack == _JULIA else 'an R'} repository for Binder, where `{spec.text}` does not choose the environment: it starts from Python {taken}, and conda has to exchange Python below Jupyter, which often fails",
            help=f"Name the version in runtime.txt, as `{new or 'python-3.12'}`"
            if plan.buildpack == _JULIA
            else f"Take Python {taken} here, or remove the line",
            fix=Fix(f"Write `{new}` to runtime.txt", (Create(path, f"{new}\n".encode()),), Applicability.UNSAFE)
            if new and plan.buildpack == _JULIA and not repo.exists(path)
            else None,
        )


class TwoRInstallations(Rule):
    """conda installs a second R in an R repository.

    With a dated `r-` line in runtime.txt, or a DESCRIPTION file, repo2docker installs R and RStudio itself, and the packages of install.R go there. `r-...` packages in
    environment.yml install a second R, from conda, with its own library. Notebooks and RStudio then find different packages.
    """

    code = "CND019"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/r.py", "repo2docker/buildpacks/conda/__init__.py")
    examples = (
        Bad(
            {
                "runtime.txt": "r-4.4-2025-01-15\n",
                "environment.yml": "dependencies:\n  - python=3.10\n  - r-base=4.3\n  - r-sf\n",
            },
            at="environment.yml:3:5",
            why="R from runtime.txt and from conda",
        ),
        Bad(
            {"DESCRIPTION": "Package: x\n", "environment.yml": "dependencies: [r-sf]\n"},
            at="environment.yml:1:16",
            why="R from DESCRIPTION and from conda",
        ),
        Good({"environment.yml": "dependencies:\n  - r-base=4.4\n  - r-sf\n"}, why="Only conda's R"),
        Good(
            {"runtime.txt": "r-4.4-2025-01-15\n", "environment.yml": "dependencies: [numpy, rpy2]\n"},
            why="Only the R of runtime.txt",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.plan.buildpack != "RBuildPack":
            return
        found = [spec for spec in repo.conda_specs if spec.text.startswith("r-")]
        if found:
            yield self.at(
                found[0].place,
                "conda installs a second R here, beside the one of this R repository, each with its own packages: notebooks and RStudio see different ones",
                help="Install the R packages in install.R; or take R from conda only, without runtime.txt, DESCRIPTION and install.R",
            )
