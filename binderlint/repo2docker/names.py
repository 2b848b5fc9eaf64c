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
    "environnement.yml": "environment.yml",
    "requirement.text": "requirements.txt",
    "requirements.text": "requirements.txt",
    "runtime": "runtime.txt",
    "runtime.text": "runtime.txt",
    "apts.txt": "apt.txt",
    "apt.text": "apt.txt",
    "dockerfile.txt": "Dockerfile",
}
# Names long enough that one slip of the fingers leaves no other word.
_LONG = {"environment.yml": "environment.yml", "environment.yaml": "environment.yml", "requirements.txt": "requirements.txt", "runtime.txt": "runtime.txt", "install.r": "install.R"}  # fmt: skip
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
    if stem in ("postbuild", "start") or _is_slip(stem, "postbuild"):
        return "start" if stem == "start" else "postBuild"
    return next((right for known, right in _LONG.items() if _is_slip(lower, known)), None)


def _is_slip(written: str, right: str) -> bool:
    """Whether one letter is missing, too much or wrong, or two neighbours have changed places. Digits are no slips: `requirements2.txt` is another file."""
    start = _shared(written, right)
    one, other = written[start:], right[start:]
    end = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    if not (one + other).isalpha():
        return False
    return (len(one), len(other)) in ((0, 1), (1, 0), (1, 1)) or (len(one) == 2 and one == other[::-1])


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    return next(
        (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )


OF_LISTS = ("-r", "-c", "--requirement", "--constraint")
"""The options of pip after which the name of a list of packages comes."""
