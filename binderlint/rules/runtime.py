"""RUN: runtime.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Recode, Severity
from binderlint.edits import replace
from binderlint.pattern import regex
from binderlint.plan import DEFAULT_PYTHON
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.runtime import Runtime
    from binderlint.repository import Repository

# The buildpacks that take the Python version from runtime.txt; the others only parse the file, if that.
_ASKED = ("PythonBuildPack", "JuliaProjectTomlBuildPack")
_VERSION = regex(r"\d+(?:\.\d+)*")
_PATCH = regex(r"(\d+\.\d+)\.\d+(?:\.\d+)*")
# What people write and mean `python-3.11` by.
_MEANT = regex(r"(?:python|py)?[-_=~: ]*v?(\d\.\d+)(?:\.(?:\d+|x|\*))?", re.IGNORECASE)


class RuntimeMalformed(Rule):
    """runtime.txt is not written as Binder reads it.

    The file has one line, `python-3.11` or `r-4.4-2025-01-15`: a name in lower case, a hyphen, a version, and for R a date. repo2docker parses it before it looks for environment.yml. A line with another number of hyphens, a
    missing part, or an empty file stops the build even if environment.yml chooses Python. Another name (`Python-3.11`, `julia-1.10`, a comment or a byte order mark in front) does not stop it: repo2docker then ignores
    requirements.txt, and mybinder.org finds no environment at all. The file cannot contain a comment.

    White space and line breaks around the line do no harm.

    ## Fix safety

    The fix is safe if one version can be read from the file. It is unsafe if it removes a comment, which runtime.txt cannot contain.
    """

    code = "RUN001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    unreadable = True
    sources = ("repo2docker/buildpacks/base.py", "repo2docker/buildpacks/python/__init__.py")
    examples = (
        Bad(
            {"runtime.txt": "python3.11\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="The hyphen is missing",
        ),
        Bad(
            {"binder/runtime.txt": "python 3.11\r\n", "binder/environment.yml": "dependencies: [python=3.11]\n"},
            at="binder/runtime.txt:1:1",
            fixed={"binder/runtime.txt": "python-3.11\r\n"},
            why="A space instead of the hyphen, beside environment.yml",
        ),
        Bad(
            {"runtime.txt": "Python-3.11", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11"},
            why="A capital letter",
        ),
        Bad(
            {"runtime.txt": "3.11.4\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="Only a version",
        ),
        Bad(
            {"runtime.txt": "python==3.11\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="Equals signs instead of the hyphen",
        ),
        Bad(
            {"runtime.txt": '"python-3.11"\n', "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="Quotes",
        ),
        Bad(
            {"runtime.txt": "# the version of the course\npython-3.11\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="A comment above the line",
        ),
        Bad(
            {"runtime.txt": "python-3.11 # for numpy\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="A comment behind the line",
        ),
        Bad(
            {"runtime.txt": "\ufeffpython-3.11\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="A byte order mark",
        ),
        Bad(
            {"runtime.txt": b"\xff\xfe" + "python-3.11\r\n".encode("utf-16-le"), "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\r\n"},
            why="UTF-16, as PowerShell writes it",
        ),
        Bad(
            {"runtime.txt": "python-3.11.x\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="A letter in the version",
        ),
        Bad(
            {"runtime.txt": "", "environment.yml": "dependencies: [python=3.11]\n"},
            at="runtime.txt:1:1",
            why="An empty file",
        ),
        Bad({"runtime.txt": "python-\n", "requirements.txt": "numpy\n"}, at="runtime.txt:1:1", why="No version"),
        Bad(
            {"runtime.txt": "julia-1.10\n", "requirements.txt": "numpy\n"}, at="runtime.txt:1:1", why="Another language"
        ),
        Bad(
            {"runtime.txt": "python-3.11\nr-4.4-2025-01-15\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            why="Two lines",
        ),
        Bad(
            {"runtime.txt": "python-3.13.0rc1\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            why="A release candidate",
        ),
        Bad(
            {"runtime.txt": "Python-3.11\n", "Project.toml": "[deps]\n"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.11\n"},
            why="A capital letter in a Julia repository",
        ),
        Bad(
            {"runtime.txt": "python-latest\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:1",
            why="A word instead of a version",
        ),
        Good({"runtime.txt": "python-3.11\n", "requirements.txt": "numpy\n"}, why="The line as Binder reads it"),
        Good(
            {"runtime.txt": "\r\n python-3.11 \r\n\r\n", "requirements.txt": "numpy\n"},
            why="White space around the line",
        ),
        Good({"runtime.txt": "python-3.11", "requirements.txt": "numpy\n"}, why="No line break at the end"),
        Good({"runtime.txt": "python-3\n", "requirements.txt": "numpy\n"}, why="Python 3, which is the default"),
        Good(
            {"runtime.txt": "python-3.11.4\n", "requirements.txt": "numpy\n"},
            why="A patch version, which runtime-python-patch-version reports",
        ),
        Good({"runtime.txt": "r-4.4-2025-01-15\n"}, why="R with a date"),
        Good({"runtime.txt": "r-2025-01-15\n"}, why="R with a date only"),
        Good({"runtime.txt": "r-2025-1-5\n"}, why="A date in another form, which runtime-r-invalid reports"),
        Good(
            {"runtime.txt": "r-4.4\n", "requirements.txt": "numpy\n"},
            why="R without a date, which r-runtime-date-missing reports",
        ),
        Good(
            {"runtime.txt": "julia-1.10\n", "environment.yml": "dependencies: [python=3.11]\n"},
            why="Another language beside environment.yml, which is used",
        ),
        Good(
            {"runtime.txt": "python 3.11\n", "Dockerfile": "FROM quay.io/jupyter/minimal-notebook:2025-01-01\n"},
            why="With a Dockerfile, Binder does not read runtime.txt",
        ),
        Good({"runtime.txt": "python 3.11\n", "default.nix": "{}\n"}, why="With Nix, Binder does not read runtime.txt"),
        Good(
            {"runtime.txt": "python 3.11\n", "binder/requirements.txt": "numpy\n"},
            why="The binder directory hides it",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        runtime = repo.runtime
        if runtime is None or re.match(r"\W*r\b", runtime.text, re.IGNORECASE):
            return
        if runtime.error:
            consequence = "the build stops"
        elif repo.plan.buildpack == "CondaBuildPack" or runtime.name == "r":
            return
        elif runtime.name != "python" and repo.plan.buildpack == "JuliaProjectTomlBuildPack":
            consequence = f"it is not read and Binder takes its default, Python {DEFAULT_PYTHON}"
        elif runtime.name != "python":
            consequence = "it is not read, and no requirements.txt or Pipfile beside it is installed"
        elif repo.plan.buildpack in (*_ASKED, None) and runtime.version and not _VERSION.fullmatch(runtime.version):
            consequence = "the build stops"
        else:
            return
        yield self.at(
            runtime.text if runtime.text else runtime.text.place.source,
            f"{_what(runtime)}, so {consequence}: Binder reads one line such as `python-3.11`",
            help="Julia's version stands in Project.toml, under `[compat]`: delete this file"
            if runtime.text.lower().startswith("julia")
            else "Write a single line such as `python-3.11`, or delete the file if environment.yml chooses the version",
            fix=_fix(runtime),
        )


def _what(runtime: Runtime) -> str:
    if not runtime.text:
        return "The file is empty"
    if runtime.text.place.source.encoding != "utf-8":
        return "The file is saved as UTF-16, as PowerShell does with `>`, and repo2docker reads UTF-8 only"
    if runtime.text.startswith("\ufeff"):
        return "An invisible byte order mark stands before the name"
    lines = [line for line in runtime.text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) > 1:
        return f"The file holds {len(lines)} lines where repo2docker reads one"
    first = runtime.text.splitlines()[0]
    return f"`{first}` is no name and version that repo2docker knows"


def _fix(runtime: Runtime) -> Fix | None:
    source = runtime.text.place.source
    if source.encoding != "utf-8":
        return Fix("Save the file as UTF-8", (Recode(source.path),))
    lines = [line.partition("#")[0].strip("\ufeff\"'` \t") for line in runtime.text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) != 1 or not (found := _MEANT.fullmatch(lines[0])):
        return None
    text = f"python-{found.group(1)}"
    return Fix(f"Write `{text}`", (replace(runtime.text, text),))


class RuntimePythonPatchVersion(Rule):
    """runtime.txt names a Python patch version.

    Heroku's runtime.txt has `python-3.11.4`; Binder's has `python-3.11`. Since version 2025.12.0, repo2docker stops with an error if there are three numbers; earlier releases dropped the last one. Binder always installs the newest
    patch version it knows. For R, `r-4.2.1-2022-06-30` is right.
    """

    code = "RUN002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/python/__init__.py", "repo2docker/buildpacks/conda/__init__.py")
    examples = (
        Bad(
            {"runtime.txt": "python-3.11.4\n", "requirements.txt": "numpy\n"},
            at="runtime.txt:1:8",
            fixed={"runtime.txt": "python-3.11\n"},
            why="Three numbers",
        ),
        Bad(
            {"binder/runtime.txt": "python-3.7.17", "binder/requirements.txt": "numpy\n"},
            at="binder/runtime.txt:1:8",
            fixed={"binder/runtime.txt": "python-3.7"},
            why="In the binder directory, without a line break",
        ),
        Bad(
            {".binder/runtime.txt": "\r\npython-3.11.4\r\n", ".binder/requirements.txt": "numpy\r\n"},
            at=".binder/runtime.txt:2:8",
            fixed={".binder/runtime.txt": "\r\npython-3.11\r\n"},
            why="In .binder, with an empty line",
        ),
        Bad(
            {"runtime.txt": "python-3.11.4\n", "Project.toml": "[deps]\n"},
            at="runtime.txt:1:8",
            fixed={"runtime.txt": "python-3.11\n"},
            why="In a Julia repository",
        ),
        Good({"runtime.txt": "python-3.11\n", "requirements.txt": "numpy\n"}, why="Two numbers"),
        Good({"runtime.txt": "r-4.2.1-2022-06-30\n"}, why="R, which has three numbers"),
        Good(
            {"runtime.txt": "python-3.11.4\n", "environment.yml": "dependencies: [python=3.11]\n"},
            why="environment.yml chooses Python",
        ),
        Good(
            {"runtime.txt": "python-3.11.4\n", "Pipfile": "[packages]\n"},
            why="The Pipfile chooses Python",
        ),
        Good(
            {"runtime.txt": "python-3.11.4\n", "Dockerfile": "FROM quay.io/jupyter/minimal-notebook:2025-01-01\n"},
            why="With a Dockerfile, Binder does not read runtime.txt",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        runtime = repo.runtime
        if runtime is None or runtime.name != "python" or runtime.version is None or runtime.date:
            return
        if repo.plan.buildpack in (*_ASKED, None) and (found := _PATCH.fullmatch(runtime.version)):
            yield self.at(
                runtime.version,
                f"Binder takes only two numbers of a Python version here and stops the build at `{runtime.version}`",
                help=f"Write `python-{found.group(1)}`",
                fix=Fix(f"Write `python-{found.group(1)}`", (replace(runtime.version, found.group(1)),)),
            )
