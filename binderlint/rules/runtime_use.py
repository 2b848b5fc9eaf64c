"""RUN: a runtime.txt that means nothing to the build, or something else than it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Delete, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import prepend
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.files.runtime import Runtime
    from binderlint.repository import Repository


class RuntimeIgnored(Rule):
    """The Python version in runtime.txt is not used.

    With environment.yml or a Pipfile, Python comes from there, and repo2docker only checks the form of runtime.txt. With a Dockerfile or Nix it does not even do that. If both name the same version, nothing is lost, but the next
    change of runtime.txt will have no effect.

    ## Fix safety

    If environment.yml does not list Python, the fix moves the version there and deletes runtime.txt. It is unsafe: Binder then builds with another Python.
    """

    code = "RUN004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/conda/__init__.py", "repo2docker/buildpacks/pipfile/__init__.py")
    examples = (
        Bad(
            {"runtime.txt": "python-3.12\n", "environment.yml": "dependencies:\n  - numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": None, "environment.yml": "dependencies:\n  - python=3.12\n  - numpy\n"},
            why="environment.yml without Python",
        ),
        Bad(
            {"binder/runtime.txt": "python-3.12.4", "binder/environment.yml": "dependencies: [numpy]\r\n"},
            at="binder/runtime.txt:1:1",
            fixed={
                "binder/runtime.txt": None,
                "binder/environment.yml": "dependencies: [python=3.12, numpy]\r\n",
            },
            why="A patch version, without a line break, in the binder directory",
        ),
        Bad(
            {"runtime.txt": "python-3.12\n", "environment.yml": "dependencies: [python=3.11]\n"},
            at="runtime.txt:1:1",
            severity=Severity.WARNING,
            why="environment.yml with another version",
        ),
        Bad(
            {"runtime.txt": "python-3.12\n", "environment.yml": "dependencies: [python=3.12]\n"},
            at="runtime.txt:1:1",
            severity=Severity.INFO,
            why="environment.yml with the same version",
        ),
        Bad(
            {"runtime.txt": "python-3.12\n", "environment.yml": "dependencies: ['python>=3.9']\n"},
            at="runtime.txt:1:1",
            why="environment.yml with a range",
        ),
        Bad(
            {"runtime.txt": "python-3.12\n", "Pipfile": '[requires]\npython_version = "3.9"\n'},
            at="runtime.txt:1:1",
            severity=Severity.WARNING,
            why="A Pipfile with another version",
        ),
        Bad(
            {"runtime.txt": "python-3.12\n", "Pipfile": "[packages]\n"},
            at="runtime.txt:1:1",
            why="A Pipfile without a version",
        ),
        Bad(
            {"runtime.txt": "julia-1.10\n", "environment.yml": "dependencies: [python=3.11]\n"},
            at="runtime.txt:1:1",
            why="A version of Julia",
        ),
        Bad(
            {"runtime.txt": "python-3.12\n", "Dockerfile": "FROM quay.io/jupyter/minimal-notebook:2025-01-01\n"},
            at="runtime.txt:1:1",
            severity=Severity.INFO,
            why="A Dockerfile",
        ),
        Good(
            {"runtime.txt": "python-3.12\n", "requirements.txt": "numpy\n"},
            why="requirements.txt, with which runtime.txt counts",
        ),
        Good(
            {"runtime.txt": "python-3.12\n", "Project.toml": "[deps]\n"},
            why="A Julia repository, where runtime.txt counts",
        ),
        Good({"runtime.txt": "r-4.4-2025-01-15\n", "environment.yml": "dependencies: []\n"}, why="An R repository"),
        Good(
            {"runtime.txt": "r-4.4\n", "environment.yml": "dependencies: []\n"},
            why="R without a date, which r-runtime-date-missing reports",
        ),
        Good(
            {"runtime.txt": "python-3.12\n", "binder/environment.yml": "dependencies: []\n"},
            why="The binder directory hides it, which binder-dir-hides-root-config reports",
        ),
        Good({"runtime.txt": "# python-3.12\n", "environment.yml": "dependencies: []\n"}, why="A comment"),
        Good(
            {"runtime.txt": "python 3\n", "environment.yml": "dependencies: []\n"},
            why="A line that stops the build, which runtime-malformed reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        path = plan.path("runtime.txt")
        source = repo.get(path)
        if source is None:
            return
        if plan.buildpack in ("DockerBuildPack", "NixBuildPack"):
            if not plan.uses(path) and re.match(rb"python", source.data):
                winner = "the Dockerfile" if plan.buildpack == "DockerBuildPack" else "default.nix"
                yield self.at(
                    source,
                    f"Binder takes everything from {winner} here and does not read runtime.txt",
                    help="Remove the file, if nothing else needs it",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
            return
        runtime = repo.runtime
        if plan.buildpack not in ("CondaBuildPack", "PipfileBuildPack") or plan.python is None:
            return
        if runtime is None or runtime.error or runtime.name is None or runtime.name == "r":
            return
        if runtime.text.startswith("#") and len(runtime.text.splitlines()) == 1:
            return  # put out of use on purpose
        yield self._beside(repo, runtime)

    def _beside(self, repo: Repository, runtime: Runtime) -> Diagnostic:
        plan = repo.plan
        winner = "environment.yml" if plan.buildpack == "CondaBuildPack" else "the Pipfile"
        python = plan.python
        assert python is not None and runtime.name is not None
        found = re.match(r"\d+\.\d+", runtime.version or "") if runtime.name == "python" else None
        wanted = found.group() if found else ""
        if wanted == python.version:
            severity, level, tail = Severity.INFO, Level.POLISH, f"which names {python.version} too"
        elif python.place:
            severity, level, tail = Severity.WARNING, Level.LAUNCH, f"which names {python.version}"
        else:
            severity, level = Severity.ERROR, Level.LAUNCH
            tail = f"which names no version that it reads, and gives you {python.version}"
        if runtime.name != "python":
            severity, level = Severity.ERROR, Level.LAUNCH
            tail = f"and `{runtime.text.splitlines()[0]}` has no effect"
        return self.at(
            runtime.text,
            f"Binder does not use this line: the Python comes from {winner}, {tail}",
            help="Name the version in one place only" if wanted else "Remove the file",
            fix=_move(repo, runtime, wanted) if severity is Severity.ERROR and wanted else None,
            severity=severity,
            level=level,
        )


def _move(repo: Repository, runtime: Runtime, wanted: str) -> Fix | None:
    items = repo.conda_dependencies
    if items is None or any(spec.key == "python" for spec in repo.conda_specs):
        return None
    if not isinstance(runtime.text, Text) or repo.plan.buildpack != "CondaBuildPack":
        return None
    edits: tuple[Edit, ...] = (prepend(items, f"python={wanted}"), Delete(runtime.text.place.path))
    return Fix("Name the version in environment.yml", edits, Applicability.UNSAFE)


class RuntimePythonWithDescription(Rule):
    """A Python version in runtime.txt stops the build of an R package.

    With a DESCRIPTION file in the root, repo2docker treats the repository as R and the version in runtime.txt as a version of R: `python-3.11` means R 3.11, and stops the build. Python 3.5 and 3.6 happen to be names of old R
    versions, which are then installed.
    """

    code = "RUN005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/r.py",)
    examples = (
        Bad(
            {"runtime.txt": "python-3.11\n", "DESCRIPTION": "Package: x\n"},
            at="runtime.txt:1:8",
            why="Python 3.11 beside DESCRIPTION",
        ),
        Bad(
            {"runtime.txt": "python-3.11.4\n", "DESCRIPTION": "Package: x\n"},
            at="runtime.txt:1:8",
            why="A patch version beside DESCRIPTION",
        ),
        Bad(
            {"runtime.txt": "python-3.6\n", "DESCRIPTION": "Package: x\n"},
            at="runtime.txt:1:8",
            severity=Severity.WARNING,
            why="Python 3.6 beside DESCRIPTION, which becomes R 3.6",
        ),
        Good({"runtime.txt": "r-4.4-2025-01-15\n", "DESCRIPTION": "Package: x\n"}, why="R beside DESCRIPTION"),
        Good({"DESCRIPTION": "Package: x\n"}, why="No runtime.txt"),
        Good({"runtime.txt": "python-3.11\n", "requirements.txt": "numpy\n"}, why="No DESCRIPTION"),
        Good(
            {"binder/runtime.txt": "python-3.11\n", "binder/requirements.txt": "x\n", "DESCRIPTION": "Package: x\n"},
            why="A binder directory, with which DESCRIPTION does not count",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        runtime = repo.runtime
        if repo.plan.buildpack != "RBuildPack" or runtime is None or runtime.error:
            return
        if runtime.name != "python" or runtime.version is None or runtime.date:
            return
        by_chance = runtime.version in ("3.5", "3.6", "3.4", "3.3")
        yield self.at(
            runtime.version,
            f"DESCRIPTION makes this an R repository, and Binder takes `{runtime.version}` for the version of R: "
            + ("it installs an R of that old version" if by_chance else "there is none, and the build stops"),
            help="Write `r-4.4-` and a date (as `r-4.4-2025-01-15`), or move Binder's files to a `binder` folder, where DESCRIPTION does not count",
            severity=Severity.WARNING if by_chance else Severity.ERROR,
        )
