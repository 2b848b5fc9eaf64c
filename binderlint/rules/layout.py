"""LAY: which of the configuration files Binder reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Delete, Diagnostic, Fix, Level, Severity
from binderlint.plan import Status
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Source

if TYPE_CHECKING:
    from binderlint.merging import Merge
    from binderlint.repository import Repository

_WINNERS = {
    "DockerBuildPack": ("Dockerfile",),
    "JuliaProjectTomlBuildPack": ("JuliaProject.toml", "Project.toml"),
    "NixBuildPack": ("default.nix",),
    "RBuildPack": ("runtime.txt", "DESCRIPTION"),
    "CondaBuildPack": ("environment.yml", "environment.yaml"),
    "PipfileBuildPack": ("Pipfile", "Pipfile.lock"),
    "PythonBuildPack": ("runtime.txt", "setup.py", "pyproject.toml", "requirements.txt"),
}
# What an ignored file leaves undone.
_UNDONE = {
    "requirements.txt": "its packages are not installed",
    "requirements3.txt": "its packages are not installed",
    "environment.yml": "its packages are not installed",
    "environment.yaml": "its packages are not installed",
    "Pipfile": "its packages are not installed",
    "Pipfile.lock": "its packages are not installed",
    "install.R": "it is never run",
    "apt.txt": "its packages are not installed",
    "postBuild": "it is never run",
    "start": "it is never run",
}


class ShadowedConfigFile(Rule):
    """Binder ignores a configuration file because of another one.

    repo2docker uses the first kind of environment that it finds, in a fixed order: Dockerfile, Julia's Project.toml, default.nix, R (a dated `r-` line in runtime.txt, or DESCRIPTION),
    environment.yml, Pipfile, then requirements.txt. Files that this kind does not read are silently ignored: beside environment.yml, no requirements.txt is installed; beside a Dockerfile,
    postBuild, start and apt.txt have no effect. (R and Julia are the exception: they install environment.yml and requirements.txt as well.)

    A file that another one includes (`-r requirements.txt` in the `pip:` list, `pip install -r` in postBuild, COPY in the Dockerfile) is not ignored. Beside a Dockerfile, an environment.yml or
    requirements.txt is only a warning, because the image may have been built from it. If environment.yml lists every package of the ignored requirements.txt, this is only an info. A
    setup.py or pyproject.toml beside environment.yml describes a package and is left to other rules.

    ## Fix safety

    The fix moves the requirements to the `pip:` list of environment.yml, with their comments, markers and order. If environment.yml only has packages for pip, the fix moves its `pip:`
    list to requirements.txt instead. Binder then installs packages that it did not install before, so the fix is unsafe. A package in both files keeps the version of environment.yml,
    the file that Binder reads.
    """

    code = "LAY001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#113", "jupyterhub/repo2docker#1265", "repo2docker/app.py")
    examples = (
        Bad(
            {
                "environment.yml": "channels:\n  - conda-forge\ndependencies:\n  - python=3.12\n  - numpy\n",
                "requirements.txt": "# plots\nmatplotlib>=3.8  # the figures\nNumPy==1.26.4\n\nseaborn; python_version < '4'\n",
            },
            at="requirements.txt:1:1",
            fixed={
                "environment.yml": "channels:\n  - conda-forge\ndependencies:\n  - python=3.12\n  - numpy\n  - pip\n  - pip:\n"
                "      # plots\n      - matplotlib>=3.8  # the figures\n\n      - seaborn; python_version < '4'\n",
                "requirements.txt": None,
            },
            why="requirements.txt beside environment.yml",
        ),
        Bad(
            {
                "environment.yml": "dependencies:\r\n- python=3.12\r\n- numpy\r\n- pip\r\n- pip:\r\n  - emcee\r\nname: x",
                "requirements.txt": "corner\ngit+https://github.com/o/r@v1#egg=r\n",
            },
            at="requirements.txt:1:1",
            fixed={
                "environment.yml": "dependencies:\r\n- python=3.12\r\n- numpy\r\n- pip\r\n- pip:\r\n  - emcee\r\n  - corner\r\n"
                "  - git+https://github.com/o/r@v1#egg=r\r\nname: x",
                "requirements.txt": None,
            },
            why="environment.yml has a list for pip already, with Windows line endings",
        ),
        Bad(
            {
                "binder/environment.yml": "dependencies: [python=3.12, numpy]\n",
                "binder/requirements.txt": "dask[complete]>=2024.1\n",
            },
            at="binder/requirements.txt:1:1",
            fixed={
                "binder/environment.yml": "dependencies: [python=3.12, numpy, pip, {pip: ['dask[complete]>=2024.1']}]\n",
                "binder/requirements.txt": None,
            },
            why="In the binder directory",
        ),
        Bad(
            {
                "environment.yml": "dependencies:\n  - python=3.11\n  - pip:\n      - emcee==3.1.4\n      - corner\n",
                "requirements.txt": "numpy==1.26.4\ncorner",
            },
            at="requirements.txt:1:1",
            fixed={
                "environment.yml": None,
                "requirements.txt": "numpy==1.26.4\ncorner\nemcee==3.1.4\n",
                "runtime.txt": "python-3.11\n",
            },
            why="environment.yml only has packages for pip",
        ),
        Bad(
            {
                "environment.yml": "dependencies:\n  - python=3.12\n  - numpy\n  - pytorch\n",
                "requirements.txt": "numpy\ntorch\njupyterlab\n",
            },
            at="requirements.txt:1:1",
            severity=Severity.INFO,
            why="Both files list the same packages",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=3.12]\n", "Pipfile": "[packages]\nnumpy = '*'\n"},
            at="Pipfile:1:1",
            why="Pipfile beside environment.yml",
        ),
        Bad(
            {"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\n", "postBuild": "#!/bin/sh\ntrue\n"},
            at="postBuild:1:1",
            why="postBuild beside a Dockerfile",
        ),
        Bad(
            {"Dockerfile": "FROM ghcr.io/o/image:2024.1\n", "environment.yml": "dependencies: [numpy]\n"},
            at="environment.yml:1:1",
            severity=Severity.WARNING,
            why="environment.yml beside a Dockerfile",
        ),
        Bad(
            {"Pipfile": "[packages]\nnumpy = '*'\n", "requirements.txt": "numpy\n"},
            at="requirements.txt:1:1",
            why="requirements.txt beside Pipfile",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=3.12, r-base=4.4]\n", "install.R": "install.packages('sf')\n"},
            at="install.R:1:1",
            why="install.R beside environment.yml with R",
        ),
        Good(
            {
                "environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n      - -r requirements.txt\n",
                "requirements.txt": "numpy\n",
            },
            why="environment.yml includes requirements.txt",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.12]\n",
                "requirements.txt": "numpy\n",
                "postBuild": "#!/bin/bash\nset -e\npip install -r requirements.txt\n",
            },
            why="postBuild installs requirements.txt",
        ),
        Good(
            {
                "Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY environment.yml /tmp/\nRUN conda env update -f /tmp/environment.yml\n",
                "environment.yml": "dependencies: [numpy]\n",
            },
            why="The Dockerfile copies environment.yml",
        ),
        Good(
            {
                "runtime.txt": "r-4.4-2024-10-01\n",
                "environment.yml": "dependencies: [numpy]\n",
                "requirements.txt": "numpy\n",
                "install.R": "x\n",
            },
            why="An R repository, where Binder reads all of them",
        ),
        Good(
            {
                "Project.toml": '[deps]\nIJulia = "7073ff75-c697-5162-941a-fcdaad2a7d2a"\n',
                "environment.yml": "dependencies: [numpy]\n",
                "requirements.txt": "numpy\n",
            },
            why="A Julia repository, where Binder reads all of them",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.12]\n",
                "setup.py": "from setuptools import setup\nsetup()\n",
                "pyproject.toml": "[project]\nname = 'x'\n[build-system]\nrequires = []\n",
            },
            why="A package beside environment.yml",
        ),
        Good(
            {"environment.yml": "dependencies: [numpy]\n", "install.R": "install.packages('sf')\n"},
            why="install.R without R, which r-runtime-date-missing reports",
        ),
        Good(
            {"runtime.txt": "julia-1.10\n", "requirements.txt": "numpy\n"},
            why="A runtime.txt that Binder does not understand",
        ),
        Good(
            {"environment.yml": "dependencies: [numpy]\n", "binder/environment.yml": "dependencies: [numpy]\n"},
            why="The `binder` folder hides it, which binder-dir-hides-root-config reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        winners = _WINNERS.get(plan.buildpack or "", ())
        winner = next((name for name in winners if plan.uses(plan.path(name))), None)
        if winner is None or plan.default:
            return
        for use in plan.files:
            source = repo.get(use.path)
            if use.status is not Status.IGNORED or not source or not self._is_asked_for(repo, source):
                continue
            missing = _missing(repo, source)
            if source.name == "requirements.txt" and missing == []:
                yield self.at(
                    source,
                    f"Binder installs `{winner}` and ignores this file; `{winner}` asks for the same packages",
                    help=f"Nothing is missing, but keep in mind that only `{winner}` counts on Binder",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
                continue
            undone = f"{_listed(missing)} not installed" if missing else _UNDONE[source.name]
            merge = self._merge(repo, source)
            yield self.at(
                source,
                f"Binder builds from `{winner}` and ignores this file, so {undone}",
                help=_what_to_do(winner, source.name),
                severity=Severity.WARNING if self._may_be_in_image(repo, source) else None,
                fix=merge and Fix(_title(merge, source), merge.edits, Applicability.UNSAFE),
            )

    def _is_asked_for(self, repo: Repository, source: Source) -> bool:
        """Whether this is the rule to speak about an ignored file."""
        if source.path != repo.plan.path(source.name) or source.name not in _UNDONE:
            return False
        if source.name == "environment.yaml" and repo.get(repo.plan.path("environment.yml")):
            return False  # dual-env-extension
        if source.name == "install.R" and repo.plan.buildpack not in ("DockerBuildPack", "NixBuildPack"):
            if not any(spec.key == "r" or spec.key.startswith("r-") for spec in repo.conda_specs):
                return False  # r-runtime-date-missing
        return bool(source.data.strip())

    def _may_be_in_image(self, repo: Repository, source: Source) -> bool:
        """Whether the image that the Dockerfile starts from may have been built from the file."""
        return repo.plan.buildpack == "DockerBuildPack" and source.name not in (
            "postBuild",
            "start",
            "apt.txt",
            "install.R",
        )

    def _merge(self, repo: Repository, source: Source) -> Merge | None:
        from binderlint.merging import into_environment, into_requirements

        environment = repo.environment
        if source.name != "requirements.txt" or repo.plan.buildpack != "CondaBuildPack" or not environment:
            return None
        runtime = repo.plan.path("runtime.txt")
        if not any(repo.exists(name) for name in (runtime, "setup.py", "pyproject.toml")):
            if merge := into_requirements(environment, source, runtime):
                return merge
        return into_environment(environment, source)


def _missing(repo: Repository, source: Source) -> list[str] | None:
    """The packages of an ignored requirements.txt that environment.yml does not have; None where that is not known."""
    environment = repo.environment
    if source.name != "requirements.txt" or repo.plan.buildpack != "CondaBuildPack" or environment is None:
        return None
    from binderlint.files.requirements import read
    from binderlint.merging import not_in

    return not_in(environment, source) if any(read(source)) else []


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return f"`{names[0]}` is"
    if len(names) <= 3:
        return ", ".join(f"`{name}`" for name in names[:-1]) + f" and `{names[-1]}` are"
    return ", ".join(f"`{name}`" for name in names[:2]) + f" and {len(names) - 2} more packages are"


def _title(merge: Merge, source: Source) -> str:
    if source.path not in {edit.path for edit in merge.edits if isinstance(edit, Delete)}:
        return "Move the packages of environment.yml to requirements.txt"
    title = "Move the requirements to environment.yml"
    if not merge.kept:
        return title
    return f"{title} ({', '.join(merge.kept)}: in both, stays as environment.yml has it)"


def _what_to_do(winner: str, name: str) -> str:
    if winner == "Dockerfile":
        return f"Do in the Dockerfile what `{name}` is for, or remove the file"
    if name in ("requirements.txt", "requirements3.txt", "Pipfile", "Pipfile.lock"):
        return f"Move its packages to `{winner}`, or remove one of the two files"
    if name == "install.R":
        return "Name the R packages in environment.yml (`r-sf` for sf), or let postBuild run `Rscript install.R`"
    return f"Remove `{name}`, or the `{winner}` that hides it"
