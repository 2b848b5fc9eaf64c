"""JUL: Julia's Project.toml and Manifest.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.files.julia import read_project
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_DEPS = '[deps]\nPlots = "91a5bcdd-55d7-5caf-9e0b-520d859cae80"\n'
_COMPAT = _DEPS + '\n[compat]\njulia = "{}"  # ours\n'


class JuliaProjectInvalid(Rule):
    """Project.toml cannot be read.

    repo2docker reads JuliaProject.toml or Project.toml to choose a Julia version, and stops with the parser's error if it is not valid TOML. Pkg, Julia's package manager, would refuse it as well.
    """

    code = "JUL001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    unreadable = True
    sources = ("jupyterhub/repo2docker: repo2docker/buildpacks/julia/julia_project.py",)
    examples = (
        Bad({"Project.toml": "[deps\nPlots = \n"}, at="Project.toml:1", why="A bracket that is not closed"),
        Bad({"binder/Project.toml": b'name = "\xff"\n'}, at="binder/Project.toml:1", why="A file that is not UTF-8"),
        Good({"Project.toml": _DEPS}, why="A valid file"),
        Good(
            {"Project.toml": "[deps\n", "binder/environment.yml": "dependencies: []\n"},
            why="Binder does not read this file",
        ),
        Good({"Project.toml": "[deps\n", "Dockerfile": "FROM julia:1.11\n"}, why="A build with a Dockerfile"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        project, error = read_project(repo), repo.plan.error
        if (
            project
            and error
            and error.place.path == project.source.path
            and (not project.data or error.type == "UnicodeDecodeError")
        ):
            yield self.at(
                error.place,
                f"This file cannot be read ({' '.join(error.message.split()).rstrip('.')}), so the build stops before it begins",
                help="Make it valid TOML",
            )


class JuliaRequire(Rule):
    """A REQUIRE file stops the build.

    REQUIRE was Julia's package list before version 1.0. If repo2docker finds one, it ends the build with an error that tells you to use a Project.toml, even if the file has nothing to do with Julia.
    """

    code = "JUL004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker: repo2docker/buildpacks/julia/julia_require.py",)
    examples = (
        Bad({"REQUIRE": "julia 1.0\nPlots\n"}, at="REQUIRE:1:1", why="A REQUIRE file"),
        Bad(
            {"binder/REQUIRE": "Plots\n", "binder/requirements.txt": "numpy\n"},
            at="binder/REQUIRE:1:1",
            why="A REQUIRE file in the binder directory",
        ),
        Good({"REQUIRE": "Plots\n", "Project.toml": _COMPAT.format("~1.10")}, why="Project.toml beside it, which wins"),
        Good({"REQUIRE": "Plots\n", "binder/requirements.txt": "numpy\n"}, why="A binder directory hides it"),
        Good({"REQUIRE": "Plots\n", "Dockerfile": "FROM julia:1.11\n"}, why="A build with a Dockerfile"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.get(repo.plan.path("REQUIRE"))
        if repo.plan.buildpack == "JuliaRequireBuildPack" and source:
            yield self.at(
                source,
                "Binder no longer builds from REQUIRE, and its mere presence stops the build with an error",
                help='Write a Project.toml (in Julia: `using Pkg; Pkg.activate("."); Pkg.add([...])`) and remove this file',
            )


class JuliaHijacksBuild(Rule):
    """A Project.toml makes this a Julia repository.

    repo2docker looks for Project.toml before R, Nix, conda and pip. If it finds one, it installs Julia and not R, whatever runtime.txt says; it still installs environment.yml and requirements.txt. Other tools also use files with that name.
    """

    code = "JUL005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker: repo2docker/app.py",)
    examples = (
        Bad(
            {"Project.toml": _COMPAT.format("~1.10"), "runtime.txt": "r-4.4-2025-04-01\n"},
            at="Project.toml:1:1",
            why="runtime.txt names R",
        ),
        Bad(
            {"Project.toml": 'title = "Waves"\n[tasks]\nbuild = "make"\n', "requirements.txt": "numpy\n"},
            at="Project.toml:1:1",
            severity=Severity.WARNING,
            why="A file of another tool",
        ),
        Bad(
            {"Project.toml": _COMPAT.format("~1.10"), "default.nix": "{}\n"},
            at="Project.toml:1:1",
            why="default.nix is ignored",
        ),
        Good(
            {"Project.toml": _COMPAT.format("~1.10"), "environment.yml": "dependencies: [python=3.11]\n"},
            why="Julia and environment.yml, which are both installed",
        ),
        Good({"Project.toml": _COMPAT.format("~1.10"), "runtime.txt": "python-3.11\n"}, why="Julia and Python"),
        Good({"Project.toml": ""}, why="An empty file"),
        Good({"Project.toml": _DEPS, "binder/runtime.txt": "r-4.4-2025-04-01\n"}, why="Binder does not read this file"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        project = read_project(repo)
        if project is None:
            return
        if repo.runtime and repo.runtime.name == "r":
            yield self.at(
                project.source,
                f"Because of this file Binder installs Julia and no R, although {repo.plan.path('runtime.txt')} asks for R",
                help="Keep one of the two, or install R packages and `r-base` with environment.yml, which is used beside Julia",
            )
        elif repo.get(repo.plan.path("default.nix")):
            yield self.at(
                project.source,
                f"Because of this file Binder installs Julia and ignores {repo.plan.path('default.nix')}",
                help="Keep one of the two",
            )
        elif not project.is_julia and not repo.plan.error:
            yield self.at(
                project.source,
                "This file makes Binder install Julia, and it does not look like a Julia project",
                help="Put Binder's files into a folder `binder`, which hides this one",
                severity=Severity.WARNING,
            )


class JuliaDepsInvalid(Rule):
    """A dependency in Project.toml has no UUID.

    Under `[deps]`, Julia needs the UUID of each package. A version there (`Plots = "1.40"`) ends `Pkg.instantiate()` with an error, and the build with it. Versions belong under `[compat]`.
    """

    code = "JUL006"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("JuliaLang/Pkg.jl: docs/src/toml-files.md",)
    examples = (
        Bad(
            {"Project.toml": _DEPS + 'CSV = "0.10"  # tables\n'},
            at="Project.toml:3:7",
            why="A version instead of the UUID",
        ),
        Bad(
            {"binder/Project.toml": '[deps]\r\n"CSV" = "*"\r\n'},
            at="binder/Project.toml:2:9",
            why="A star, with Windows line endings",
        ),
        Good({"Project.toml": _DEPS}, why="A UUID"),
        Good({"Project.toml": _DEPS + '[compat]\nCSV = "0.10"\n'}, why="A version under `[compat]`"),
        Good(
            {"Project.toml": '[deps]\nCSV = "0.10"\n', "binder/apt.txt": "vim\n"}, why="Binder does not read this file"
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        project = read_project(repo)
        for name, value in project.wrong_deps() if project else ():
            yield self.at(
                value,
                f"`{value}` is no UUID, so Julia refuses the project and the build fails",
                help=f'Run `Pkg.add("{name}")`, which writes the UUID; a version belongs under `[compat]`',
            )
