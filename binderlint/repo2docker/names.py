"""The names of configuration files: those that repo2docker knows, those that people mistake for them, and those it never reads."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.repo2docker.buildpack import Buildpack

CONDA = ("environment.yml", "environment.yaml")
"""The file of the conda buildpack; the first that is there counts."""
JULIA = ("JuliaProject.toml", "Project.toml")
REQUIREMENTS = ("requirements.txt", "requirements3.txt")
PIPFILES = ("Pipfile", "Pipfile.lock")
RUN_FILES = ("install.R", "postBuild", "start")
"""Files that are programs."""
OWN_PACKAGE = ("pyproject.toml", "setup.py", "setup.cfg")
"""Files that make a folder a Python package which pip can install."""
ENVIRONMENTS = (*CONDA, "requirements.txt", "Pipfile", *JULIA)
"""Files that list packages, for Binder and for other tools."""
CHOOSES = (*ENVIRONMENTS, "Dockerfile", "default.nix")
"""Files that choose what is built, whatever else is there."""
ONLY_BINDERS = ("postBuild", "apt.txt", "install.R")
"""Files that nobody keeps for anything but Binder. A `start` may be any program, and Heroku reads runtime.txt too."""
NO_ENVIRONMENT = ("apt.txt", "postBuild", "start", ".dockerignore", ".containerignore")
"""Files that are read, and do not say which packages Python, R or Julia have."""
CHOSEN_BY = {
    Buildpack.DOCKER: ("Dockerfile",),
    Buildpack.JULIA: JULIA,
    Buildpack.JULIA_REQUIRE: ("REQUIRE",),
    Buildpack.NIX: ("default.nix",),
    Buildpack.R: ("runtime.txt", "DESCRIPTION"),
    Buildpack.CONDA: CONDA,
    Buildpack.PIPFILE: PIPFILES,
    Buildpack.PYTHON: ("runtime.txt", "setup.py", "pyproject.toml", "requirements.txt"),
}
"""The files for which repo2docker chooses a buildpack, in the order in which it asks for them (`detect` in buildpacks/)."""

# The names repo2docker looks for (repo2docker/buildpacks); a binder directory hides all of them in the root.
CONFIG_NAMES = (
    "Dockerfile",
    "JuliaProject.toml",
    "Project.toml",
    "JuliaManifest.toml",
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
    ".dockerignore",
    ".containerignore",
)
# Read in the root only, and only when there is no binder directory.
ROOT_ONLY = frozenset({"setup.py", "pyproject.toml", "DESCRIPTION"})
# Environments of other tools, which repo2docker does not know (jupyterhub/repo2docker#1339, #1312, #660).
UNKNOWN = {
    "poetry.lock": "Poetry",
    "uv.lock": "uv",
    "pdm.lock": "PDM",
    "pixi.toml": "Pixi",
    "pixi.lock": "Pixi",
    "conda-lock.yml": "conda-lock",
    "renv.lock": "renv",
    "shell.nix": "Nix",
    "flake.nix": "Nix",
    "Containerfile": "Podman",
}

_TYPOS = {
    "enviroment.yml": "environment.yml",
    "enviroment.yaml": "environment.yml",
    "environments.yml": "environment.yml",
    "enviornment.yml": "environment.yml",
    "environement.yml": "environment.yml",
    "environnement.yml": "environment.yml",
    "environmet.yml": "environment.yml",
    "environmnet.yml": "environment.yml",
    "envrionment.yml": "environment.yml",
    "requirement.txt": "requirements.txt",
    "requirments.txt": "requirements.txt",
    "requirement.text": "requirements.txt",
    "requierements.txt": "requirements.txt",
    "requriements.txt": "requirements.txt",
    "requirements.text": "requirements.txt",
    "runtime": "runtime.txt",
    "runtimes.txt": "runtime.txt",
    "runtime.text": "runtime.txt",
    "apts.txt": "apt.txt",
    "apt.text": "apt.txt",
    "dockerfile.txt": "Dockerfile",
}
_SCRIPT_ENDINGS = regex(r"\.(?:sh|bash|txt|py|R)$")


def meant(name: str) -> str | None:
    """The configuration file that a misspelt name stands for: `postbuild`, `Start`, `environment.yml.txt`; None for any other name."""
    if name in CONFIG_NAMES or name in UNKNOWN:
        return None
    lower = name.lower()
    if lower in _TYPOS:
        return _TYPOS[lower]
    for known in CONFIG_NAMES:
        if lower == known.lower() or (known.endswith((".txt", ".yml", ".yaml", ".toml")) and lower == f"{known}.txt"):
            return known
    stem = re.sub(r"[-_ ]", "", _SCRIPT_ENDINGS.sub("", lower))
    return {"postbuild": "postBuild", "start": "start"}.get(stem)
