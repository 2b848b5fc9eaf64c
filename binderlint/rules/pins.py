"""PIN: the version of Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import append_lines, create, prepend, replace, set_key
from binderlint.files.locks import installs_from_lock
from binderlint.files.requirements import canonical
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Array, Source, Table, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository


class PythonUnpinned(Rule):
    """No Python version is listed.

    Binder then uses repo2docker's default, 3.10 today, and its log says that this will change. On that day every package is resolved again for another Python, and what worked for years stops without any change in the
    repository. New releases of scientific packages already no longer support 3.10, so an unpinned environment gets older ones than its authors tested.

    An `environment.yml` needs `- python=3.12` in its dependencies. A `requirements.txt` or `setup.py` needs a file `runtime.txt` beside it with the line `python-3.12`, and a `Pipfile` a `[requires]` table.
    `python=3` has no effect: repo2docker reads it as its default. A version in a form that repo2docker cannot read (`python>=3.9`) is reported by python-pin-not-exact.

    Not reported are repositories with a Dockerfile or `default.nix`, R repositories (whose `runtime.txt` has the version of R), Julia repositories without Python packages, a `requires-python` that allows one
    version only, and a postBuild that installs from a lock file with its own Python. Julia repositories with Python packages, and environments with only R packages, get an info.

    ## Fix safety

    The fix writes the version that Binder uses today, so nothing changes now. It is unsafe because you may have worked with another one; then that one is the better pin.
    """

    code = "PIN001"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = (
        "repo2docker/buildpacks/conda/__init__.py",
        "earthaccess-dev/earthaccess#1244",
        "rougier/numpy-100#207",
        "py-why/dowhy#747",
        "krishauser/RoboticSystemsBook#28",
        "WhitakerLab/scona#104",
    )
    examples = (
        Bad(
            {"environment.yml": "name: rca\nchannels:\n  - conda-forge\ndependencies:\n  - xarray  # the data\n  - zarr\n"},
            at="environment.yml:4:1",
            fixed={
                "environment.yml": "name: rca\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.10\n  - xarray  # the data\n  - zarr\n"
            },
         why="environment.yml without Python"),
        Bad(
            {"binder/environment.yml": "dependencies: [numpy, scipy]"},
            at="binder/environment.yml:1:1",
            fixed={"binder/environment.yml": "dependencies: [python=3.10, numpy, scipy]"},
         why="environment.yml in brackets"),
        Bad(
            {"environment.yml": "dependencies:\r\n- numpy\r\n- python\r\n- pip:\r\n  - foo\r\n"},
            at="environment.yml:3:3",
            fixed={"environment.yml": "dependencies:\r\n- numpy\r\n- python=3.10\r\n- pip:\r\n  - foo\r\n"},
         why="Python without a version, with Windows line endings"),
        Bad(
            {"environment.yml": "dependencies:\n- \"python=3\"\n- numpy=1.26\n"},
            at="environment.yml:2:3",
            fixed={"environment.yml": "dependencies:\n- python=3.10\n- numpy=1.26\n"},
         why="Python 3 without a minor version"),
        Bad(
            {"environment.yml": "name: empty\n"},
            at="environment.yml:1:1",
            fixed={"environment.yml": "name: empty\ndependencies: [python=3.10]\n"},
         why="environment.yml without dependencies"),
        Bad(
            {"requirements.txt": "# ours\nnumpy==1.26.4\n"},
            at="requirements.txt:1:1",
            fixed={"runtime.txt": "python-3.10\n"},
         why="requirements.txt without runtime.txt"),
        Bad(
            {".binder/requirements.txt": "numpy\n", "runtime.txt": "python-3.12\n"},
            at=".binder/requirements.txt:1:1",
            fixed={".binder/runtime.txt": "python-3.10\n"},
         why="runtime.txt in the root, which the binder directory hides"),
        Bad({"setup.py": "from setuptools import setup\nsetup()\n"}, at="setup.py:1:1", fixed={"runtime.txt": "python-3.10\n"}, why="setup.py"),
        Bad(
            {"requirements.txt": "numpy\n", "runtime.txt": "python-3"},
            at="runtime.txt:1:1",
            fixed={"runtime.txt": "python-3.10"},
         why="runtime.txt without a minor version"),
        Bad(
            {"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n'},
            at="requirements.txt:1:1",
            fixed={"runtime.txt": "python-3.10\n"},
         why="requires-python that allows many versions"),
        Bad(
            {"Pipfile": '[packages]\nnumpy = "*"\n'},
            at="Pipfile:1:1",
            fixed={"Pipfile": '[packages]\nnumpy = "*"\n\n[requires]\npython_version = "3.10"\n'},
         why="Pipfile without Python"),
        Bad(
            {"Project.toml": "[deps]\n", "requirements.txt": "matplotlib\n"},
            at="requirements.txt:1:1",
            severity=Severity.INFO,
            fixed={"runtime.txt": "python-3.10\n"},
         why="A Julia repository with Python packages"),
        Bad(
            {"environment.yml": "dependencies:\n  - r-base=4.4\n  - r-tidyverse\n"},
            at="environment.yml:1:1",
            severity=Severity.INFO,
            fixed={"environment.yml": "dependencies:\n  - python=3.10\n  - r-base=4.4\n  - r-tidyverse\n"},
         why="Only R packages"),
        Good(
            {"requirements.txt": "# see pixi.lock\n", "postBuild": "#!/bin/bash\npixi install --locked\n", "pixi.lock": "version: 6\n"},
            why="A lock file with its own Python",
        ),
        Good({"requirements.txt": "dependencies:\n- python=3.12\n"}, why="requirements.txt with conda's syntax, which requirements-conda-syntax reports"),
        Good({"environment.yml": "dependencies:\n  - python=3.12\n"}, why="environment.yml with Python"),
        Good({"environment.yml": "dependencies:\n  - 'python == 3.12.*'\n"}, why="Spaces and a star"),
        Good({"environment.yml": "dependencies:\n  - python>=3.9\n"}, why="A range, which python-pin-not-exact reports"),
        Good({"environment.yml": "dependencies:\n  - conda-forge::python=3.12\n"}, why="A channel in front, which python-pin-not-exact reports"),
        Good({"environment.yml": "dependencies:\n  - python: 3.12\n"}, why="A colon, which python-pin-not-exact reports"),
        Good({"environment.yml": "dependencies:\n"}, why="Nothing under dependencies, which env-dependencies-empty reports"),
        Good({"requirements.txt": "numpy\n", "runtime.txt": "python-3.12\n"}, why="runtime.txt with Python"),
        Good({"requirements.txt": "numpy\n", "runtime.txt": "python-3.12.1\n"}, why="A patch version, which runtime-python-patch-version reports"),
        Good({"Dockerfile": "FROM python:3\n", "requirements.txt": "numpy\n"}, why="A build with a Dockerfile"),
        Good({"default.nix": "{}\n"}, why="A build with Nix"),
        Good({"runtime.txt": "r-4.4-2025-01-10\n", "install.R": "1\n", "requirements.txt": "numpy\n"}, why="An R repository"),
        Good({"Project.toml": "[deps]\n"}, why="A Julia repository without Python packages"),
        Good(
            {"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = "==3.10.*"\n'},
            why="requires-python that allows one version",
        ),
        Good(
            {"requirements.txt": "numpy\n", "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'},
            why="requires-python that excludes the default, which pyproject-python-jump reports",
        ),
        Good({"Pipfile": '[packages]\n\n[requires]\npython_version = "3.9"\n'}, why="Pipfile with Python"),
        Good({"Pipfile": "[packages]\n", "Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.9"}}}\n'}, why="Pipfile.lock with Python"),
        Good({"README.md": "# A repository without an environment\n"}, why="No environment, which no-environment-file reports"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python
        if repo.plan.default or repo.plan.error or python is None:
            return
        if installs_from_lock(repo) or any(file.is_environment for file in repo.pip_files):
            return
        version = python.version
        where: Source | Text | Table | None = None
        edit: Edit | None = None
        severity = self.severity
        match repo.plan.buildpack:
            case "CondaBuildPack":
                found = _unpinned_environment(repo, version)
                where, edit = found if found else (None, None)
                severity = Severity.INFO if _only_r(repo) else severity
            case "PythonBuildPack" | "JuliaProjectTomlBuildPack" as buildpack:
                names = ("requirements.txt", "setup.py", "pyproject.toml")
                if buildpack.startswith("Julia"):
                    names, severity = ("requirements.txt", "environment.yml", "environment.yaml"), Severity.INFO
                where, edit = _unpinned_runtime(repo, version, names)
            case "PipfileBuildPack":
                where, edit = _unpinned_pipfile(repo, version)
        if where is None:
            return
        yield self.at(
            where,
            f"No Python version is given: Binder takes its default, {version} today, and another one some day without notice",
            help=f"Write down the version you work with; {version} is what Binder gives today",
            fix=Fix(f"Pin Python {version}", (edit,), Applicability.UNSAFE) if edit else None,
            severity=severity,
        )


def _only_r(repo: Repository) -> bool:
    """Whether conda installs R and its packages only, so that Python runs nothing but the server."""
    match repo.environment:
        case {"dependencies": Array() as dependencies}:
            names = [str(item) for item in dependencies if isinstance(item, Text)]
            wanted = [name for name in names if not re.match(r"(?:python|pip|nodefaults)\b(?!-)", name)]
            return bool(wanted) and len(names) == len(dependencies) and all(name.startswith("r-") for name in wanted)
    return False


def _unpinned_environment(repo: Repository, version: str) -> tuple[Source | Text | Table, Edit | None] | None:
    """Where environment.yml should say the version of Python and how to write it; None when it says it in some way."""
    environment, source, pin = repo.environment, repo.environment_file, f"python={version}"
    if environment is None:
        if source is None or source.decode_error or re.sub(r"(?m)#.*|^---|\s", "", source.text.lstrip("\ufeff")):
            return None
        return source, append_lines(source, f"dependencies:\n  - {pin}")
    if "dependencies" not in environment:
        from binderlint.linter import is_explained

        if is_explained(repo, environment.place.path, "PIN001"):  # the key is there, misspelt
            return None
        return next((key for key in environment if isinstance(key, Text)), environment), set_key(
            environment, "dependencies", f"[{pin}]"
        )
    dependencies = environment["dependencies"]
    if not isinstance(dependencies, Array):
        return None
    for item in dependencies:
        if isinstance(item, Table) and any(canonical(key) == "python" for key in item):
            return None
        if not isinstance(item, Text) or not (
            found := re.match(r"\s*(?:\S+::)?python(?![\w-])(.*)", item, re.I | re.S)
        ):
            continue
        if re.fullmatch(r"\s*=*\s*3?\s*", found[1]) and item.startswith("python"):
            return item, replace(item, pin)
        return None
    return environment.key("dependencies"), prepend(dependencies, pin)


def _unpinned_runtime(
    repo: Repository, version: str, names: tuple[str, ...]
) -> tuple[Source | Text | None, Edit | None]:
    """The file that wants a runtime.txt beside it, or the runtime.txt that says `python-3` only."""
    if runtime := repo.used("runtime.txt"):
        line = next(iter(runtime.lines()), None)
        if line is not None and re.fullmatch(r"python-3\s*", runtime.text):
            return line.trimmed(), replace(line.trimmed(), f"python-{version}")
        return None, None
    where = next((source for name in names if (source := repo.used(name))), None)
    if where is None or _decided_by_project(repo, version):
        return None, None
    path = repo.plan.path("runtime.txt")  # taken by a link that leads nowhere, perhaps
    return where, None if path in repo.sources else create(path, f"python-{version}\n")


def _decided_by_project(repo: Repository, version: str) -> bool:
    """Whether `requires-python` of pyproject.toml chooses the version, or leaves only this one."""
    if repo.plan.python and repo.plan.python.place and repo.plan.python.place.path == "pyproject.toml":
        return True
    written = _requires_python(repo)
    if not written:
        return False
    from binderlint.files.agreement import pip_admits

    allowed = [minor for minor in (f"3.{number}" for number in range(8, 15)) if pip_admits(written, minor)]
    return version not in allowed or len(allowed) == 1


def _requires_python(repo: Repository) -> str:
    source = repo.get("pyproject.toml")
    if source is None or repo.plan.binder_dir:
        return ""
    from binderlint.files.toml import find_value

    return str(find_value(source, "project", "requires-python") or "")


def _unpinned_pipfile(repo: Repository, version: str) -> tuple[Source | None, Edit | None]:
    files = [source for name in ("Pipfile.lock", "Pipfile") if (source := repo.used(name))]
    if not files or any(re.search(r"python_(?:full_)?version\W+\d", source.prose) for source in files):
        return None, None
    pipfile = files[-1]
    if pipfile.name != "Pipfile" or re.search(r"(?m)^\s*\[requires\]|^\s*requires\b", pipfile.text):
        return pipfile, None
    return pipfile, append_lines(pipfile, f'\n[requires]\npython_version = "{version}"')
