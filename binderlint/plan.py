"""Plan: what repo2docker does with a repository: which buildpack, which files it reads and ignores, and why."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from binderlint.source import Place

if TYPE_CHECKING:
    from binderlint.repository import Repository

DEFAULT_PYTHON = "3.10"

# The names repo2docker looks for (repo2docker/buildpacks); a binder directory hides all of them in the root.
CONFIG_NAMES = (
    "Dockerfile",
    "JuliaProject.toml",
    "Project.toml",
    "Manifest.toml",
    "REQUIRE",
    "default.nix",
    "runtime.txt",
    "DESCRIPTION",
    "install.R",
    "environment.yml",
    "environment.yaml",
    "Pipfile",
    "Pipfile.lock",
    "setup.py",
    "pyproject.toml",
    "requirements.txt",
    "requirements3.txt",
    "apt.txt",
    "postBuild",
    "start",
)
# Read in the root only, and only when there is no binder directory.
ROOT_ONLY = frozenset({"setup.py", "pyproject.toml", "DESCRIPTION"})


class Status(Enum):
    """What becomes of a configuration file: repo2docker reads it, does not, or another file that is read brings it in."""

    USED = "used"
    IGNORED = "ignored"
    INDIRECT = "indirect"


class FileUse(NamedTuple):
    """A configuration file and what becomes of it, with the reason in words."""

    path: str
    status: Status
    reason: str


class Version(NamedTuple):
    """A version and where it comes from: the place that decided, or None for repo2docker's default."""

    version: str
    place: Place | None
    reason: str


class PlanError(NamedTuple):
    """The error that repo2docker raises: the stage, the exception's type and message, and the place to blame."""

    stage: str
    type: str
    message: str
    place: Place


class Plan(NamedTuple):
    """What repo2docker does. `buildpack` and `matching` hold its class names; buildpack is None where it raises before one is chosen."""

    binder_dir: str
    buildpack: str | None
    matching: tuple[str, ...]
    default: bool
    """No buildpack matches: mybinder.org refuses the repository, other hubs give a bare Python environment."""
    python: Version | None
    files: tuple[FileUse, ...]
    start: str | None
    post_build: str | None
    error: PlanError | None

    def uses(self, path: str) -> bool:
        """Whether the build or the launch reads this file, directly or through another one."""
        return any(use.path == path and use.status is not Status.IGNORED for use in self.files)

    def path(self, name: str) -> str:
        """Where repo2docker looks for a configuration file: in the binder directory if there is one."""
        return f"{self.binder_dir}/{name}" if self.binder_dir else name


def make_plan(repo: Repository) -> Plan:
    """What repo2docker would do with a repository (buildpacks/base.py, app.py). Pure, offline."""
    if repo.is_dir("binder") and repo.is_dir(".binder"):
        error = PlanError(
            "detect:DockerBuildPack",
            "RuntimeError",
            "The repository contains both a 'binder' and a '.binder' directory. However they are exclusive.",
            repo.place,
        )
        return Plan("", None, (), False, None, (), None, None, error)
    binder_dir = ".binder" if repo.is_dir(".binder") else "binder" if repo.is_dir("binder") else ""
    here = {
        name for name in CONFIG_NAMES if repo.exists(f"{binder_dir}/{name}") and not (binder_dir and name in ROOT_ONLY)
    }
    order: tuple[tuple[str, set[str], set[str] | None], ...] = (
        ("DockerBuildPack", {"Dockerfile"}, None),
        (
            "JuliaProjectTomlBuildPack",
            {"JuliaProject.toml", "Project.toml"},
            _PYTHON_FILES | {"Manifest.toml", "environment.yml", "environment.yaml"},
        ),
        ("JuliaRequireBuildPack", {"REQUIRE"}, set()),
        ("NixBuildPack", {"default.nix"}, {"apt.txt", "postBuild"}),
        (
            "RBuildPack",
            {"DESCRIPTION"},
            _PYTHON_FILES | {"DESCRIPTION", "install.R", "environment.yml", "environment.yaml"},
        ),
        ("CondaBuildPack", {"environment.yml", "environment.yaml"}, {"apt.txt", "postBuild", "start"}),
        ("PipfileBuildPack", {"Pipfile", "Pipfile.lock"}, {"Pipfile", "Pipfile.lock", "apt.txt", "postBuild", "start"}),
        ("PythonBuildPack", {"requirements.txt", "setup.py"}, _PYTHON_FILES),
    )
    matching = [(name, detect, reads) for name, detect, reads in order if detect & here]
    buildpack, detect, reads = matching[0] if matching else ("PythonBuildPack", set(), _PYTHON_FILES)
    used = (detect | (reads or set())) & here
    files = tuple(
        FileUse(f"{binder_dir}/{name}" if binder_dir else name, Status.USED if name in used else Status.IGNORED, "")
        for name in CONFIG_NAMES
        if name in here
    )
    prefix = f"{binder_dir}/" if binder_dir else ""
    return Plan(
        binder_dir,
        buildpack,
        tuple(name for name, _, _ in matching),
        not matching,
        Version(DEFAULT_PYTHON, None, "default"),
        files,
        f"{prefix}start" if "start" in used else None,
        f"{prefix}postBuild" if "postBuild" in used else None,
        None,
    )


_PYTHON_FILES = {
    "requirements.txt",
    "requirements3.txt",
    "setup.py",
    "pyproject.toml",
    "runtime.txt",
    "apt.txt",
    "postBuild",
    "start",
}
