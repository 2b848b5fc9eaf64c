"""PIN: versions of packages that do not exist for the Python of the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import create, prepend, replace
from binderlint.files.requirements import Requirement
from binderlint.files.wheels import Known, Release, known, release
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PYTHONS = tuple(f"3.{minor}" for minor in range(7, 15))  # those that repo2docker gives server and kernel in one


class PinPythonMismatch(Rule):
    """A pinned version does not exist for the Python of the build.

    Every release says for which Python versions it is made, and pip ignores the others. `numpy==2.3.1` needs Python 3.11, so with repo2docker's default, 3.10, the build ends with "No matching distribution found".
    In the other direction, `tensorflow==2.7` has no build for Python 3.10 and no source.

    This is judged from a table of common packages (what the package index offered to Python 3.7 to 3.14 in November 2026). Unknown packages and newer releases are not reported, and neither are conda's
    pins, which have builds of their own.

    ## Fix safety

    The fix pins the nearest Python for which all pinned versions in the table exist. Everything else is then resolved for that Python.
    """

    code = "PIN005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = (
        "jamalsenouci/causalimpact#36",
        "Ranlot/single-parameter-fit#17",
        "WhitakerLab/scona#104",
        "networkx/nx-guides#117",
        "ssciwr/lunch-time-python#35",
    )
    examples = (
        Bad(
            {"requirements.txt": "zarr==2.18\nnumpy==2.3.1  # ours\npandas>=3.0\n"},
            at="requirements.txt:2:1",
            fixed={"runtime.txt": "python-3.11\n"},
         why="Versions that need a newer Python"),
        Bad(
            {"binder/requirements.txt": "tensorflow==2.7.0\r\n", "binder/runtime.txt": "python-3.10\r\n"},
            at="binder/requirements.txt:1:1",
            fixed={"binder/runtime.txt": "python-3.9\r\n"},
         why="A version that was never built for this Python"),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.10  # the default\n  - pip:\n    - \"scipy==1.16.1\"\n"},
            at="environment.yml:4:8",
            fixed={"environment.yml": "dependencies:\n  - python=3.11  # the default\n  - pip:\n    - \"scipy==1.16.1\"\n"},
         why="In the list for pip of environment.yml"),
        Bad({"requirements.txt": "numpy==2.3.1\ntensorflow==2.7.0\n"}, at="requirements.txt:1:1", why="Two versions that need different Pythons"),
        Good({"requirements.txt": "numpy==2.2.6\nscipy>=1.10\nsome-package==99\nnumpy==99.0\n"}, why="Versions that exist, and versions that binderlint does not know"),
        Good({"requirements.txt": "numpy==2.3.1 ; python_version >= '3.11'\n"}, why="A line for a newer Python only"),
        Good({"environment.yml": "dependencies: [python=3.10, numpy=2.3.1]\n"}, why="conda's pins"),
        Good({"requirements.txt": "numpy==2.3.1\n", "runtime.txt": "python-3.12\n"}, why="A Python for which the version exists"),
        Good({"Dockerfile": "FROM x:1\n", "requirements.txt": "numpy==2.3.1\n"}, why="With a Dockerfile, Binder does not read requirements.txt"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else ""
        for held in _by_file(repo, python):
            found = [one for one in held if one.missing]
            if not found:
                continue
            first = found[0]
            dropped = first.known.dropped_from
            newer = dropped is not None and first.version >= dropped
            which = "needs a newer Python than" if newer else "was never built for Python"
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            yield self.at(
                first.requirement.text,
                f"`{first.requirement.text.partition(';')[0].strip()}` {which} {python}, which Binder gives here{more}: pip finds no such version and the build stops",
                help="Pin a Python that all versions are made for, or other versions",
                fix=_other_python(repo, python),
            )


class PinNotAvailableForPython(Rule):
    """A pinned version is older than the Python of the build.

    `numpy==1.16.0` was released before Python 3.10. There is no prebuilt package for the two together, so pip compiles it from source, which takes minutes and usually fails: the compilers and tools of that time are
    missing.

    This is judged from a table of common packages: the first release with a build for each Python (x86-64 Linux), looked up in the package index. Unknown packages are not reported, and neither are
    conda's pins.

    ## Fix safety

    The fix pins the nearest Python for which all pinned versions in the table have builds.
    """

    code = "PIN006"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("Ranlot/single-parameter-fit#17", "ricardo-fonseca/zpic#24", "WhitakerLab/scona#104")
    examples = (
        Bad(
            {"requirements.txt": "# 2018\nnumpy==1.15.3\npandas==0.23.4\nplotly==3.4.1\n"},
            at="requirements.txt:2:1",
            fixed={"runtime.txt": "python-3.7\n"},
         why="Versions of 2018"),
        Bad(
            {"requirements.txt": "matplotlib<3.4\n", "runtime.txt": "python-3.12"},
            at="requirements.txt:1:1",
            fixed={"runtime.txt": "python-3.9"},
         why="An upper bound"),
        Bad({"requirements.txt": "numpy==1.9.0\n"}, at="requirements.txt:1:1", why="A version for which no Python of the table has builds"),
        Good({"requirements.txt": "numpy==1.21.2\npandas==1.3.3\nplotly==3.4.1\nnumpy>=1.10\nmatplotlib<4\n"}, why="Versions that have builds"),
        Good({"requirements.txt": "numpy==1.15.3\n", "runtime.txt": "python-3.7\n"}, why="An older Python for old versions"),
        Good({"requirements.txt": "numpy==1.15.3\n", "runtime.txt": "python-3.6\n"}, why="Python 3.6, with which the table does not begin"),
        Good({"environment.yml": "dependencies: [python=3.10, numpy=1.15.3]\n"}, why="conda's pins"),
        Good({"requirements.txt": "tensorflow==2.7.0\n"}, why="A version that was never built for it, which pin-python-mismatch reports"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else ""
        for held in _by_file(repo, python):
            found = [one for one in held if one.too_old and not one.missing]
            if not found:
                continue
            names = ", ".join(f"`{one.requirement.text.partition(';')[0].strip()}`" for one in found[:3])
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            older = "is" if len(found) == 1 else "are"
            yield self.at(
                found[0].requirement.text,
                f"{names}{more} {older} older than Python {python}, which Binder gives here: there is no ready-made package, and compiling the source mostly fails",
                help="Pin the Python of that time, or newer versions",
                fix=_other_python(repo, python),
            )


class _Held(NamedTuple):
    """A requirement of the table that is held at a version, or that no version can meet."""

    requirement: Requirement
    version: Release
    known: Known
    missing: bool
    too_old: bool


def _by_file(repo: Repository, python: str) -> Iterator[list[_Held]]:
    for file in repo.pip_files:
        if not file.constraint:
            yield [held for one in file.requirements if one.applies(python) and (held := _held(one, python))]


def _held(one: Requirement, python: str) -> _Held | None:
    """What the table says of a requirement for a Python; None where it says nothing."""
    table = known(one.key, python) if one.clauses and not one.url else None
    if table is None:
        return None
    exact = next((number for sign, number in one.clauses if sign in ("==", "===")), None)
    if exact:
        if not re.fullmatch(r"\d+(?:\.\d+)*", exact):
            return None
        version = release(exact)
        return _Held(one, version, table, table.missing(version), table.too_old(version))
    for sign, number in one.clauses:
        if not re.fullmatch(r"\d+(?:\.\d+)*", number):
            return None
        version = release(number)
        dropped = table.dropped_from
        if sign in (">=", ">", "~=") and dropped and dropped <= version <= table.newest:
            return _Held(one, version, table, True, False)
        if sign == "<" and table.first and version <= table.first:
            return _Held(one, version, table, False, True)
    return None


def _other_python(repo: Repository, python: str) -> Fix | None:
    """Pin the nearest Python that all pinned versions have builds for."""
    pinned = [one for file in repo.pip_files if not file.constraint for one in file.requirements]

    def works(candidate: str) -> bool:
        held = [found for one in pinned if one.applies(candidate) and (found := _held(one, candidate))]
        return not any(found.missing or found.too_old for found in held)

    if python not in _PYTHONS:
        return None
    here = _PYTHONS.index(python)
    nearest = sorted(_PYTHONS, key=lambda candidate: abs(_PYTHONS.index(candidate) - here))
    right = next((candidate for candidate in nearest if works(candidate)), None)
    edit = _pin_python(repo, right) if right else None
    return Fix(f"Pin Python {right}", (edit,), Applicability.UNSAFE) if edit else None


def _pin_python(repo: Repository, python: str) -> Edit | None:
    """Write a version of Python where the build reads it; None where something else decides."""
    if repo.plan.buildpack == "CondaBuildPack":
        for spec in repo.conda_specs:
            if spec.key == "python":
                if spec.whole or spec.channel:
                    return None
                return replace(spec.text, f"python={python}")
        return prepend(repo.conda_dependencies, f"python={python}") if repo.conda_dependencies is not None else None
    if repo.plan.buildpack != "PythonBuildPack":
        return None
    place = repo.plan.python.place if repo.plan.python else None
    runtime = repo.used("runtime.txt")
    if runtime:
        line = next(iter(runtime.lines()), None)
        return replace(line.trimmed(), f"python-{python}") if line is not None and line.startswith("python-") else None
    return create(repo.plan.path("runtime.txt"), f"python-{python}\n") if place is None else None
