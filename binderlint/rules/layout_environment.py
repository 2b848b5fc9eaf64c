"""LAY: environment.yml or requirements.txt: which of the two a repository needs, and whether it has one at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Applicability, Delete, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import create, remove_lines
from binderlint.files.text import LINE_ENDS
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.requirements import Requirement
    from binderlint.repository import Repository
    from binderlint.source import Source

_DATA = Path(__file__).parent.parent / "data" / "needs_conda.tsv"


class Need(NamedTuple):
    """A package that needs a library which pip does not install: a row of data/needs_conda.tsv."""

    name: str
    wheel: str
    python: str
    fails: str
    library: str
    apt: str
    conda: str
    source: str


@lru_cache(maxsize=1)
def needs() -> dict[str, Need]:
    """The packages that are better taken from conda-forge, by their names on PyPI."""
    lines = [line for line in _DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = (Need(*line.split("\t")) for line in lines[1:])
    return {row.name: row for row in rows}


class RequirementsNeedConda(Rule):
    """requirements.txt lists a package whose libraries pip cannot install.

    Some packages are a thin layer over a library written in C, C++ or Fortran. pip installs them easily if their authors publish prebuilt packages (wheels) for Linux. If they do not, pip tries
    to compile, the library is missing, and the build stops. conda-forge has the package together with its library, so an environment.yml is the better choice.

    Nothing is reported if apt.txt lists the library, if the listed version has wheels for the build's Python, if a marker excludes the package on Linux, or for rpy2 in a build with R.

    ## Fix safety

    The fix writes an environment.yml that installs these packages from conda-forge and the rest from requirements.txt, as before. It may find other versions, so it is unsafe.
    """

    code = "LAY007"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("SciTools/cartopy#1552", "OSGeo/gdal#2166", "conda-forge/gdal-feedstock")
    examples = (
        Bad(
            {"requirements.txt": "numpy\nGDAL==3.6.2  # as on my laptop\nmatplotlib\n", "runtime.txt": "python-3.11\n"},
            at="requirements.txt:2:1",
            fixed={
                "requirements.txt": "numpy\nmatplotlib\n",
                "environment.yml": "channels:\n  - conda-forge\ndependencies:\n  - python=3.11\n  - gdal=3.6.2  # as on my laptop\n"
                "  - pip\n  - pip:\n      - -r requirements.txt\n",
                "runtime.txt": None,
            },
            why="GDAL",
        ),
        Bad(
            {"binder/requirements.txt": "cartopy==0.20.2\r\nesmpy\r\nxesmf>=0.8"},
            at=("binder/requirements.txt:1:1", "binder/requirements.txt:2:1", "binder/requirements.txt:3:1"),
            fixed={
                "binder/requirements.txt": None,
                "binder/environment.yml": "channels:\n  - conda-forge\ndependencies:\n  - python=3.10\n  - cartopy=0.20.2\n"
                "  - esmpy\n  - xesmf>=0.8\n",
            },
            why="cartopy and esmpy",
        ),
        Bad(
            {"requirements.txt": "pygraphviz\n", "runtime.txt": "python-3.9\n", "setup.py": "x\n"},
            at="requirements.txt:1:1",
            why="pygraphviz, in a package",
        ),
        Good({"requirements.txt": "cartopy\npygrib>=2.1\nmpi4py\nbasemap==1.4.1\n"}, why="Packages with wheels"),
        Good(
            {"requirements.txt": "gdal==3.8.4\n", "apt.txt": "libgdal-dev\ngdal-bin\n"},
            why="apt.txt installs the library",
        ),
        Good({"requirements.txt": 'gdal; sys_platform == "win32"\n'}, why="A line that is not for Linux"),
        Good({"requirements.txt": "rpy2\n", "runtime.txt": "r-4.4-2024-10-01\n"}, why="rpy2 in an R repository"),
        Good({"environment.yml": "dependencies: [gdal, cartopy=0.20]\n"}, why="conda installs it already"),
        Good({"Dockerfile": "FROM x:1\nCOPY . .\n", "requirements.txt": "gdal\n"}, why="A build with a Dockerfile"),
        Good(
            {"requirements.txt": "gdal @ https://example.org/gdal-3.8-cp310-cp310-linux_x86_64.whl\n"},
            why="The address of a wheel",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        found = list(_needing(repo))
        fix = _with_environment(repo, found)
        for requirement, need in found:
            outcome = (
                "pip has to compile it and the build stops"
                if need.fails == "compile"
                else "it installs but cannot be imported"
            )
            yield self.at(
                requirement.line,
                f"`{requirement.name}` needs {need.library}, which pip does not bring: {outcome}",
                help=f"Take `{need.conda}` from conda-forge, in an environment.yml instead of requirements.txt",
                fix=fix,
            )


class EnvironmentOnlyPip(Rule):
    """environment.yml only has packages for pip.

    All packages are in its `pip:` list. A requirements.txt and a runtime.txt with the version of Python give the same environment, build faster because repo2docker then skips conda's search for a
    solution, and work without conda.

    The fix is only a proposal: the author knows whether people use this environment.yml with conda on their own computers.
    """

    code = "LAY008"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("repo2docker/buildpacks/conda/__init__.py", "repo2docker/buildpacks/python/__init__.py")
    examples = (
        Bad(
            {
                "environment.yml": "name: x\ndependencies:\n  - python=3.12\n  - pip\n  - pip:\n      - numpy==2.1\n      - emcee\n"
            },
            at="environment.yml:2:1",
            display=True,
            why="Python and a list for pip",
        ),
        Bad(
            {"binder/environment.yml": "dependencies: [python=3.11, pip: [numpy]] # ours\n"},
            at="binder/environment.yml:1:1",
            why="In the binder directory, with a comment",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - numpy\n  - pip:\n      - emcee\n"},
            why="conda installs a package as well",
        ),
        Good({"environment.yml": "dependencies:\n  - python=3.12\n"}, why="No list for pip"),
        Good(
            {"environment.yml": "dependencies: [python>=3.9, pip: [x]]\n"},
            why="A range for Python, which runtime.txt cannot express",
        ),
        Good(
            {"environment.yml": "dependencies: [python=3.12, pip: [x]]\n", "requirements.txt": "y\n"},
            why="A requirements.txt beside it, which shadowed-config-file reports",
        ),
        Good(
            {"environment.yml": "dependencies: [python=3.12, pip: [-e .]]\n", "setup.py": "x\n"},
            why="The repository's own package is installed",
        ),
        Good(
            {"environment.yml": "dependencies: [pip: [x]]\n", "runtime.txt": "r-4.4-2024-10-01\n"},
            why="An R repository",
        ),
        Good(
            {"environment.yml": "dependencies: [python=3.12, pip: [x]]\nvariables: {A: b}\n"},
            why="Environment variables are set",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        environment = repo.environment
        if environment is None or repo.plan.buildpack != "CondaBuildPack":
            return
        others = (repo.plan.path("requirements.txt"), "setup.py", "pyproject.toml")
        if any(repo.exists(path) for path in others) or "variables" in environment:
            return
        from binderlint.merging import only_pip_packages

        python, only_pip = only_pip_packages(environment)
        if only_pip:
            yield self.at(
                environment.key("dependencies"),
                "Conda is asked for nothing but Python: a requirements.txt and a runtime.txt give the same environment and build faster",
                help=f"Write the `pip:` list to requirements.txt and `python-{python or 'x.y'}` to runtime.txt",
                fix=_as_requirements(repo, python),
            )


def _needing(repo: Repository) -> Iterator[tuple[Requirement, Need]]:
    """The requirements of the build that need a library which nothing brings."""
    plan = repo.plan
    if plan.buildpack not in ("PythonBuildPack", "RBuildPack", "JuliaProjectTomlBuildPack") or plan.python is None:
        return
    python = plan.python.version
    requirements = plan.path("requirements.txt")
    apt = [line.partition("#")[0].split() for line in source.lines()] if (source := repo.used("apt.txt")) else []
    packages = {word for words in apt for word in words}
    from binderlint.merging import conda_names

    conda = conda_names(repo.environment) if repo.environment else set()
    for one in repo.requirements:
        need = needs().get(one.key)
        if not need or one.url or one.line.place.path != requirements or not one.applies(python):
            continue
        if (need.name == "rpy2" and plan.buildpack == "RBuildPack") or need.conda in conda:
            continue
        if not _brings(need.apt, packages) and not _has_wheel(need, python, str(one.specifier)):
            yield one, need


def _brings(pattern: str, packages: set[str]) -> bool:
    return bool(pattern) and any(re.fullmatch(pattern, package.partition("=")[0]) for package in packages)


def _has_wheel(need: Need, python: str, specifier: str) -> bool:
    """Whether pip finds a ready-made build that the specifier allows; True where that cannot be told."""
    if not need.wheel:
        return False
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    try:
        if Version(python) < Version(need.python):
            return False
        allowed = SpecifierSet(specifier)
        written = [Version(clause.version.removesuffix(".*")) for clause in allowed]
    except (
        ValueError
    ):  # InvalidSpecifier and InvalidVersion are, and so is a number with more digits than Python converts
        return True
    first = Version(need.wheel)
    candidates = [first, Version("9999"), *(version for version in written if version >= first)]
    below = [version for clause, version in zip(allowed, written, strict=True) if clause.operator in ("<", "<=")]
    return any(version > first for version in below) or any(version in allowed for version in candidates)


def _with_environment(repo: Repository, found: list[tuple[Requirement, Need]]) -> Fix | None:
    """An environment.yml that takes the packages from conda-forge and leaves the others to requirements.txt."""
    from binderlint.files.named import relative

    plan = repo.plan
    requirements = repo.used("requirements.txt")
    if not found or not requirements or plan.buildpack != "PythonBuildPack" or plan.python is None or repo.environment:
        return None
    if plan.uses("setup.py") or plan.uses("pyproject.toml") or relative(requirements):
        return None
    lines = ["channels:", "  - conda-forge", "dependencies:", f"  - python={plan.python.version}"]
    lines += [f"  - {need.conda}{_conda_version(one)}{_comment(requirements, one)}" for one, need in found]
    edits: list[Edit] = []
    if len(found) == len([line for line in requirements.lines() if line.strip()]):
        edits.append(Delete(requirements.path))
    else:
        edits += [remove_lines(one.line.place) for one, _ in found]
        lines += ["  - pip", "  - pip:", "      - -r requirements.txt"]
    edits.append(create(plan.path("environment.yml"), "\n".join(lines) + "\n"))
    if runtime := repo.used("runtime.txt"):
        edits.append(Delete(runtime.path))
    names = ", ".join(need.conda for _, need in found)
    return Fix(f"Take {names} from conda-forge in a new environment.yml", tuple(edits), Applicability.UNSAFE)


def _conda_version(one: Requirement) -> str:
    return str(one.specifier).replace(" ", "").replace("===", "=").replace("==", "=")


def _comment(source: Source, one: Requirement) -> str:
    """The comment at the end of a requirement's line, with two blanks before it."""
    found = re.split(LINE_ENDS, source.text[one.line.place.span.end :], maxsplit=1)[0].strip()
    return f"  {found}" if found.startswith("#") else ""


def _as_requirements(repo: Repository, python: str) -> Fix | None:
    """The `pip:` list as requirements.txt and the version as runtime.txt; None where comments would be lost."""
    source, plan = repo.environment_file, repo.plan
    if not source or "#" in source.text or repo.exists(plan.path("runtime.txt")):
        return None
    lines = [str(item.line) for file in repo.pip_files[:1] for item in file.lines]
    edits: list[Edit] = [create(plan.path("requirements.txt"), "\n".join(lines) + "\n"), Delete(source.path)]
    if python:
        edits.append(create(plan.path("runtime.txt"), f"python-{python}\n"))
    return Fix(
        "Write requirements.txt and runtime.txt in place of environment.yml", tuple(edits), Applicability.DISPLAY
    )
