"""What becomes of every configuration file, and why, in words for people."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.indirect import indirect_uses
from binderlint.repo2docker.names import CHOSEN_BY, CONFIG_NAMES, ROOT_ONLY, UNKNOWN, meant
from binderlint.repo2docker.plan import FileUse, Match, Plan, Status
from binderlint.repo2docker.reading import RaisedError, has_both_folders
from binderlint.snapshot import Snapshot
from binderlint.source import BINDER_FOLDERS

_SCRIPTS = {
    "apt.txt": "its packages are installed first, as root",
    "postBuild": "it runs once, at the end of the build",
    "start": "it runs at every launch and gets the launch command",
}
_PYTHON_FILES = {
    "requirements.txt": "pip installs it",
    "setup.py": "`pip install .` installs the repository",
    **_SCRIPTS,
}
_CONDA_FILE = "it is installed into the environment of the server and the kernel"
_KERNEL_FILE = "it is installed into the environment of the kernel, beside the server's"
# What each buildpack reads; pyproject.toml, runtime.txt, requirements3.txt and the environment files need a closer look.
_READS: dict[Buildpack, dict[str, str]] = {
    Buildpack.DOCKER: {"Dockerfile": "it decides everything"},
    Buildpack.JULIA: {
        "JuliaProject.toml": "it makes this a Julia repository",
        "Project.toml": "it makes this a Julia repository",
        "JuliaManifest.toml": "Julia installs the versions in it",
        "Manifest.toml": "Julia installs the versions in it",
        "environment.yml": _CONDA_FILE,
        **_PYTHON_FILES,
    },
    Buildpack.JULIA_REQUIRE: {"REQUIRE": "it makes this an old Julia repository, which repo2docker refuses"},
    Buildpack.NIX: {"default.nix": "Nix builds it", **_SCRIPTS},
    Buildpack.R: {
        "DESCRIPTION": "R installs the package and what it depends on",
        "install.R": "it runs in the build",
        "environment.yml": _CONDA_FILE,
        **_PYTHON_FILES,
    },
    Buildpack.CONDA: {"environment.yml": _CONDA_FILE, **_SCRIPTS},
    Buildpack.PIPFILE: {
        "Pipfile": "pipenv installs it",
        "Pipfile.lock": "pipenv installs the versions in it",
        **_SCRIPTS,
    },
    Buildpack.PYTHON: _PYTHON_FILES,
}
_BECAUSE = {
    Buildpack.DOCKER: "{winner} decides everything, so repo2docker reads no other file",
    Buildpack.JULIA: "{winner} makes this a Julia repository, and its buildpack does not read {name}",
    Buildpack.JULIA_REQUIRE: "repo2docker stops at {winner}, which it does not support any more",
    Buildpack.NIX: "{winner} wins: the Nix buildpack does not read {name}",
    Buildpack.R: "{winner} makes this an R repository, and its buildpack does not read {name}",
    Buildpack.CONDA: "{winner} wins over {name}: the conda buildpack does not read it",
    Buildpack.PIPFILE: "{winner} wins over {name}: the Pipfile buildpack does not read it",
    Buildpack.PYTHON: "the Python buildpack does not read {name}",
}
_NOT_PYTHON = {
    "install.R": "only an R repository runs it: one with `r-` and a date in runtime.txt, or with DESCRIPTION",
    "JuliaManifest.toml": "there is no Project.toml, so this is no Julia repository",
    "Manifest.toml": "there is no Project.toml, so this is no Julia repository",
    "Pipfile": "runtime.txt names another language, so Pipfile does not count",
    "Pipfile.lock": "runtime.txt names another language, so Pipfile.lock does not count",
}


def file_uses(checkout: Checkout, plan: Plan) -> tuple[FileUse, ...]:
    """Every configuration file: in the binder directory, in the root it hides, misspelt, untracked, or brought in by another."""
    both = has_both_folders(checkout.repo)
    found = list(_both_folders(checkout.repo) if both else _configuration(checkout, plan))
    found += _misspelt(checkout.repo, plan.binder_dir)
    found += _untracked(checkout.repo)
    if not both:
        indirect = indirect_uses(checkout.repo, plan, found)
        found = [indirect.pop(use.path, use) if use.status is Status.IGNORED else use for use in found]
        known = {use.path for use in found}
        found += [use for path, use in indirect.items() if path not in known]
    return tuple(found)


def _both_folders(repo: Snapshot) -> Iterator[FileUse]:
    for folder in (".binder", "binder", ""):
        for name in (*CONFIG_NAMES, *UNKNOWN):
            if repo.exists(path := posixpath.join(folder, name)):
                yield FileUse(path, Status.IGNORED, "repo2docker stops, because there are both `binder` and `.binder`")


def _configuration(checkout: Checkout, plan: Plan) -> Iterator[FileUse]:
    # where detection raises, what would be chosen were it not for the error
    assumed = plan.buildpack or next((one.buildpack for one in plan.matching if not one.error), Buildpack.PYTHON)
    winner = f"`{_winner(checkout, assumed)}`"
    for name in CONFIG_NAMES:
        if not checkout.has(name):
            continue
        if plan.binder_dir and name in ROOT_ONLY:
            yield FileUse(checkout.path(name), Status.IGNORED, f"`{name}` counts in the root of the repository only")
            continue
        yield FileUse(checkout.path(name), *_judge(checkout, plan, assumed, winner, name))
    for name, tool in UNKNOWN.items():
        if checkout.has(name):
            yield FileUse(checkout.path(name), Status.IGNORED, f"repo2docker does not know the files of {tool}")
    if plan.binder_dir:
        for name in (*CONFIG_NAMES, *UNKNOWN):
            if checkout.repo.exists(name):
                reason = f"`{plan.binder_dir}/` exists, so repo2docker does not look in the root"
                if name in (".dockerignore",) and assumed == Buildpack.DOCKER:
                    yield FileUse(name, Status.USED, "Docker leaves out of the build what it lists")
                elif name == "Dockerfile" and plan.matching[:1] == (Match(Buildpack.LEGACY, "RuntimeError"),):
                    yield FileUse(name, Status.USED, "repo2docker stops at its `FROM andrewosh/binder-base`")
                else:
                    yield FileUse(name, Status.IGNORED, reason)


def _winner(checkout: Checkout, buildpack: Buildpack) -> str:
    """The file that made repo2docker choose a buildpack."""
    files = CHOSEN_BY[buildpack]
    if buildpack == Buildpack.R and _runtime_name(checkout) != "r":
        files = ("DESCRIPTION",)
    return next((checkout.path(name) for name in files if checkout.has(name)), files[0])


def _runtime_name(checkout: Checkout) -> str | None:
    try:
        return checkout.runtime.name
    except RaisedError:
        return None


def _judge(checkout: Checkout, plan: Plan, buildpack: Buildpack, winner: str, name: str) -> tuple[Status, str]:
    """Status and reason of one configuration file in the binder directory (or in the root, when there is none)."""
    if plan.error and plan.error.place.source is checkout.repo.get(checkout.path(name)):
        return Status.USED, "repo2docker stops at it with an error"
    match name:
        case "runtime.txt":
            return _judge_runtime(checkout, buildpack, winner)
        case "pyproject.toml":
            return _judge_pyproject(checkout, buildpack, winner)
        case "requirements3.txt" if "requirements.txt" in _READS[buildpack] or buildpack == Buildpack.PIPFILE:
            if plan.separate_kernel:
                return Status.USED, "pip installs it for the server, beside the older Python of the kernel"
            return Status.IGNORED, "it is installed only beside a kernel on Python 3.6 or older"
        case "environment.yml" if plan.separate_kernel and name in _READS[buildpack]:
            return Status.USED, _KERNEL_FILE
        case "environment.yaml":
            if "environment.yml" not in _READS[buildpack]:
                return Status.IGNORED, _because(buildpack, winner, name)
            if checkout.has("environment.yml"):
                return Status.IGNORED, "`environment.yml` is there too, and wins"
            return Status.USED, _KERNEL_FILE if plan.separate_kernel else _CONDA_FILE
        case "Project.toml" if buildpack == Buildpack.JULIA and checkout.has("JuliaProject.toml"):
            return Status.IGNORED, "`JuliaProject.toml` is there too, and wins"
        case "Manifest.toml" if buildpack == Buildpack.JULIA and checkout.has("JuliaManifest.toml"):
            return Status.IGNORED, "`JuliaManifest.toml` is there too, and wins"
        case "Pipfile" if buildpack == Buildpack.PIPFILE and checkout.has("Pipfile.lock"):
            return Status.USED, "pipenv installs Pipfile.lock; of Pipfile only the Python version counts"
        case ".dockerignore" if buildpack == Buildpack.DOCKER:
            if plan.binder_dir:
                return Status.IGNORED, "Docker reads the `.dockerignore` in the root of the repository"
            return Status.USED, "Docker leaves out of the build what it lists"
        case ".dockerignore" | ".containerignore" if buildpack != Buildpack.DOCKER:
            return Status.USED, "the build gets no file that it lists"
    if name in _READS[buildpack]:
        return Status.USED, _READS[buildpack][name]
    if buildpack == Buildpack.PYTHON and name in _NOT_PYTHON:
        return Status.IGNORED, _NOT_PYTHON[name]
    return Status.IGNORED, _because(buildpack, winner, name)


def _because(buildpack: Buildpack, winner: str, name: str) -> str:
    return _BECAUSE[buildpack].format(winner=winner, name=f"`{name}`")


def _judge_runtime(checkout: Checkout, buildpack: Buildpack, winner: str) -> tuple[Status, str]:
    try:
        runtime = checkout.runtime
    except RaisedError:
        if buildpack in (Buildpack.DOCKER, Buildpack.NIX):
            return Status.IGNORED, _because(buildpack, winner, "runtime.txt")
        return Status.USED, "repo2docker stops at it, because it is malformed"
    match buildpack, runtime.name:
        case ((Buildpack.DOCKER | Buildpack.NIX | Buildpack.JULIA_REQUIRE), _):
            return Status.IGNORED, _because(buildpack, winner, "runtime.txt")
        case ((Buildpack.CONDA | Buildpack.PIPFILE), _):
            return Status.IGNORED, f"{winner} decides the Python version; runtime.txt must only be well-formed"
        case Buildpack.R, _:
            return Status.USED, "it decides the version of R, and its snapshot of packages"
        case ((Buildpack.PYTHON | Buildpack.JULIA), "python"):
            return Status.USED, "it decides the Python version"
        case Buildpack.JULIA, "r":
            return Status.IGNORED, f"{winner} makes this a Julia repository, and its buildpack installs no R"
        case _, "r":
            return (
                Status.USED,
                "`r-` without a date is not enough: R is not installed, and Python is the default",
            )
    return Status.USED, f"repo2docker installs no `{runtime.name}` for it, and Python is the default"


def _judge_pyproject(checkout: Checkout, buildpack: Buildpack, winner: str) -> tuple[Status, str]:
    if "requirements.txt" not in _READS[buildpack]:
        return Status.IGNORED, _because(buildpack, winner, "pyproject.toml")
    try:
        if checkout.is_python_package:
            return Status.USED, "`pip install .` installs the repository"
        project = checkout.pyproject.get("project")
    except RaisedError:
        return Status.USED, "repo2docker stops at it, because it is malformed"
    if isinstance(project, dict) and "requires-python" in project and _runtime_name(checkout) in (None, "python"):
        return Status.USED, "of it, only `requires-python` is read: without [build-system] nothing is installed"
    missing = "[build-system]" if project is not None else "[project]"
    return Status.IGNORED, f"it has no {missing}, so repo2docker installs nothing from it"


def _misspelt(repo: Snapshot, folder: str) -> Iterator[FileUse]:
    places = {folder, *BINDER_FOLDERS} if folder else {""}
    for path in repo.sources:
        parent, name = posixpath.split(path)
        if parent in places and (known := meant(name)):
            if (known == "start" and not parent and "." in name) or repo.exists(posixpath.join(parent, known)):
                continue  # the start.sh of a web application; a copy of a file that is there
            yield FileUse(path, Status.IGNORED, f"repo2docker looks for `{known}`, spelt exactly so")
        elif parent.lower().strip(".") in ("binder", "binders") and parent not in BINDER_FOLDERS:
            if name in CONFIG_NAMES:
                yield FileUse(path, Status.IGNORED, f"repo2docker looks in `binder` or `.binder`, not in `{parent}`")


def _untracked(repo: Snapshot) -> Iterator[FileUse]:
    for path in repo.untracked:
        parent, name = posixpath.split(path)
        if parent in ("", *BINDER_FOLDERS) and (name in CONFIG_NAMES or meant(name)) and path not in repo.sources:
            yield FileUse(path, Status.IGNORED, "git does not track it, so Binder does not get it")
