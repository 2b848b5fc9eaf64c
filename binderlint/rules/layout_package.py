"""LAY: environments that Binder does not read: a pyproject.toml that is not installed, the lock files of other tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from binderlint.buildpacks.names import UNKNOWN
from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import append_lines
from binderlint.files.launched import launched_elsewhere
from binderlint.plan import Status
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.source import Source

_BUILD_SYSTEM = '\n[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"'
# How to get a file that Binder reads out of a lock file.
_EXPORTS = {
    "poetry.lock": "poetry export --without-hashes --output requirements.txt",
    "uv.lock": "uv export --no-hashes --no-emit-project --output-file requirements.txt",
    "pdm.lock": "pdm export --without-hashes --output requirements.txt",
    "pixi.lock": "pixi workspace export conda-environment environment.yml",
    "pixi.toml": "pixi workspace export conda-environment environment.yml",
    "conda-lock.yml": "conda-lock render --kind env --platform linux-64",
}
_PYTHON_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")


class PyprojectNotInstallable(Rule):
    """pyproject.toml is the only environment file, and Binder does not install it.

    repo2docker runs `pip install .` for a pyproject.toml that has both a `[project]` and a `[build-system]` table. Without one of them the file is not an environment. Poetry 1, uv applications
    and tools that only keep their settings there produce such files.

    ## Fix safety

    The fix adds a `[build-system]` table for setuptools. binderlint does not check whether setuptools finds the right packages in the repository, so the fix is unsafe.
    """

    code = "LAY016"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("GazzolaLab/PyElastica#282", "jupyterhub/binderhub#1616", "repo2docker/buildpacks/python/__init__.py")
    examples = (
        Bad(
            {"pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy"]', "a.ipynb": "{}"},
            at="pyproject.toml:1:1",
            fixed={
                "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy"]\n'
                + _BUILD_SYSTEM
                + "\n"
            },
            why="No build-system table",
        ),
        Bad(
            {
                "pyproject.toml": '[tool.poetry]\nname = "x"\n[build-system]\nrequires = ["poetry-core"]\n',
                "poetry.lock": "",
            },
            at="pyproject.toml:1:1",
            hub="generic",
            severity=Severity.WARNING,
            why="Poetry's own tables only, for another hub",
        ),
        Good({"pyproject.toml": '[project]\nname = "x"\n[build-system]\nrequires = []\n'}, why="Both tables"),
        Good(
            {"pyproject.toml": '[project]\nname = "x"\n', "requirements.txt": "numpy\n"}, why="Another environment file"
        ),
        Good(
            {"pyproject.toml": '[project]\nname = "x"\n', "binder/environment.yml": "a: b\n"},
            why="Binder does not read this file",
        ),
        Good({"pyproject.toml": "[tool.ruff]\nline-length = 120\n"}, why="Only settings of a tool"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        found = uninstallable(repo)
        if not found or launched_elsewhere(repo):
            return
        source, project = found
        lacks = "a `[build-system]` table" if "project" in project else "a `[project]` table"
        fix = None
        if "project" in project and "build-system" not in project:
            fix = Fix(
                "Add a `[build-system]` table for setuptools",
                (append_lines(source, _BUILD_SYSTEM),),
                Applicability.UNSAFE,
            )
        export = next((_EXPORTS[name] for name in _PYTHON_LOCKS if repo.get(name)), None)
        yield self.at(
            source,
            f"pyproject.toml has not got {lacks}, so Binder does not install it, and there is no other environment file",
            help=f"Add the table, or write a requirements.txt{f' with `{export}`' if export else ''}",
            severity=Severity.ERROR if repo.hub == "mybinder.org" else Severity.WARNING,
            fix=fix,
        )


class LockfileNotSupported(Rule):
    """Binder does not know the lock file's tool.

    repo2docker reads Pipfile.lock and Julia's Manifest.toml. It does not read uv.lock, poetry.lock, pdm.lock, pixi.lock, conda-lock.yml or renv.lock. If such a file is all there is, Binder has no
    environment. If Binder installs the repository as a package, it installs the newest version of everything, not the versions in the lock file.

    Nothing is reported if a requirements.txt, an environment.yml or another environment is used, or if postBuild or install.R reads the lock file.
    """

    code = "LAY017"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/repo2docker#1339", "jupyterhub/repo2docker#1312", "jupyterhub/repo2docker#660")
    examples = (
        Bad(
            {"README.md": "x\n", "pixi.toml": "[workspace]\n", "pixi.lock": "version: 6\n"},
            at="pixi.lock:1:1",
            severity=Severity.ERROR,
            why="The lock file is the only environment",
        ),
        Bad(
            {"pyproject.toml": '[project]\nname = "x"\n[build-system]\nrequires = []\n', "uv.lock": "version = 1\n"},
            at="uv.lock:1:1",
            why="The repository is installed as a package",
        ),
        Bad({"DESCRIPTION": "Package: x\n", "renv.lock": "{}\n"}, at="renv.lock:1:1", why="An R package with renv"),
        Bad(
            {"README.md": "x\n", "conda-lock.yml": "version: 1\n"},
            at="conda-lock.yml:1:1",
            hub="generic",
            why="conda-lock, for another hub",
        ),
        Good({"requirements.txt": "numpy==2.1\n", "uv.lock": "version = 1\n"}, why="requirements.txt is installed"),
        Good(
            {"environment.yml": "dependencies: [numpy]\n", "pixi.lock": "version: 6\n"},
            why="environment.yml is installed",
        ),
        Good(
            {".binder/requirements.txt": "numpy\n", "poetry.lock": "\n"},
            why="A file in the binder directory is installed",
        ),
        Good(
            {"pyproject.toml": '[project]\nname = "x"\n', "uv.lock": "\n"},
            why="pyproject.toml cannot be installed, which pyproject-not-installable reports",
        ),
        Good(
            {"runtime.txt": "r-4.4-2024-10-01\n", "install.R": "renv::restore()\n", "renv.lock": "{}\n"},
            why="install.R reads the lock file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        locks = [source for name in UNKNOWN if name.endswith((".lock", "-lock.yml")) and (source := repo.get(name))]
        if not locks or any((use := plan.use(lock.path)) and use.status is not Status.IGNORED for lock in locks):
            return
        if plan.default and not plan.error:
            if uninstallable(repo) or launched_elsewhere(repo):
                return
            yield self.at(
                locks[0],
                f"Binder does not read {locks[0].name}, and there is no other environment file",
                help=_advice(locks[0]),
                severity=Severity.ERROR if repo.hub == "mybinder.org" else Severity.WARNING,
                level=Level.LAUNCH,
            )
            return
        if plan.binder_dir or any(
            repo.used(name) for name in ("requirements.txt", "environment.yml", "environment.yaml")
        ):
            return
        if plan.buildpack == "PythonBuildPack":
            found = [lock for lock in locks if lock.name in _PYTHON_LOCKS]
        elif plan.buildpack == "RBuildPack":
            found = [lock for lock in locks if lock.name == "renv.lock"]
        else:
            found = []
        for lock in found[:1]:
            yield self.at(
                lock,
                f"Binder does not read {lock.name}: it installs the newest versions, and not those that were locked",
                help=_advice(lock),
            )


def uninstallable(repo: Repository) -> tuple[Source, dict[str, Any]] | None:
    """The pyproject.toml that is all there is, describes a project, and is not installed."""
    plan = repo.plan
    source = repo.get("pyproject.toml")
    if not source or not plan.default or plan.binder_dir or plan.error:
        return None
    from binderlint.files.toml import parse_pyproject

    try:
        project = parse_pyproject(source)
    except ValueError:
        return None
    tool = project.get("tool")
    described = "project" in project or (isinstance(tool, dict) and "poetry" in tool)
    return (source, project) if described else None


def _advice(lock: Source) -> str:
    if lock.name == "renv.lock":
        return "Write `renv::restore()` into install.R, and `r-` with a date into runtime.txt"
    export = _EXPORTS.get(lock.name)
    return f"Write a file that Binder reads: `{export}`" if export else "Write an environment.yml or a requirements.txt"
