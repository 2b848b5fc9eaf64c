"""The steps in the Dockerfile that the real repo2docker writes, to hold the plan's steps against."""

from __future__ import annotations

import re

from binderlint.repo2docker.plan import Step

# How the words of a step begin, and what of the Dockerfile it stands for (the first time it occurs).
_MARKS = (
    ("start from", r"^FROM"),
    ("install Jupyter", r"time /tmp/install-base-env\.bash"),
    ("install Julia", r"tar -xz -C \$\{JULIA_PATH\}"),
    ("install R 4", r"-O /tmp/r-[\d.]+\.deb"),
    ("install Nix", r"bash /home/\$\{NB_USER\}/\.local/bin/install-nix\.bash"),
    ("install the Ubuntu packages", r"apt-get install --yes --no-install-recommends (?!\\)"),
    ("update the environment", r"env update -p"),
    ("install R with mamba", r"MAMBA_EXE\} install -p"),
    ("install packages for the server", r"NB_PYTHON_PREFIX\}/bin/pip install --no-cache-dir -r"),
    ("install the packages with pip", r"KERNEL_PYTHON_PREFIX\}/bin/pip install --no-cache-dir -r"),
    ("install pipenv", r"pip install --no-cache-dir pipenv=="),
    ("copy the repository", r"^COPY \S+ src/ \$\{REPO_DIR\}/$"),
    ("install the packages with pipenv", r"pipenv install"),
    ("install the repository itself", r"/bin/pip install --no-cache-dir \.$"),
    ("run install.R", r"Rscript --no-save"),
    ("install the repository as an R package", r"remotes::install_local"),
    ("install the Julia packages", r"Pkg\.instantiate"),
    ("build the Nix environment", r"nix-shell \S*default\.nix"),
    ("run postBuild", r"^RUN \./"),
)


def rendered_steps(dockerfile: str) -> list[tuple[str, str]]:
    """The user and the kind of each step in a rendered Dockerfile, in order."""
    found = []
    for kind, pattern in _MARKS:
        if match := re.search(pattern, dockerfile, re.MULTILINE):
            users = re.findall(r"^USER (\S+)", dockerfile[: match.start()], re.MULTILINE)
            user = users[-1] if users and kind != "copy the repository" else "root"
            found.append((match.start(), "root" if user == "root" else "jovyan", kind))
    return [(user, kind) for _, user, kind in sorted(found)]


def planned_steps(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    """The same of a plan."""
    return [(step.user, _kind(step.what)) for step in steps]


def _kind(what: str) -> str:
    if what.startswith("run ") and what.endswith("postBuild"):
        return "run postBuild"
    if re.match(r"install R.* with mamba", what):
        return "install R with mamba"
    if re.match(r"install R \S+, RStudio", what):
        return "install R 4"
    kinds = sorted((kind for kind, _ in _MARKS), key=len, reverse=True)
    return next((kind for kind in kinds if what.startswith(kind)), what)
