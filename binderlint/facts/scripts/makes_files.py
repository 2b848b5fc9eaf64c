"""Makes files: whether the build or the launch may bring files that are not in the repository, or show another folder."""

from __future__ import annotations

import re

from binderlint.fact import fact
from binderlint.facts.docker.content import shown_content, shows_other_folder
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import GITLINK

_MAKES_FILES = regex(
    r"\b(?:git|wget|curl|aria2c|unzip|tar|cp|mv|ln|mkdir|cd|make|jupytext|nbconvert|papermill|quarto|jupyter-book|myst|sphinx-build|gdown|python3?|Rscript|julia|bash|sh|rsync|dvc|touch|tee|doit|snakemake|root_dir|notebook-dir)\b|>"
)
_COMMENT = regex(r"^[ \t]*#.*", re.MULTILINE)  # the first line of a script, too


@fact
def makes_files(repo: Snapshot) -> bool:
    """Whether something of the build or launch can bring files, or change the folder that Jupyter shows."""
    plan = build_plan(repo)
    if not plan.transparent:
        return shown_content(repo) is None
    if plan.start or plan.post_build:
        scripts = [source for path in (plan.start, plan.post_build) if path and (source := repo.get(path))]
        if any(_MAKES_FILES.search(_COMMENT.sub("", source.prose)) for source in scripts):
            return True
    return shows_other_folder(repo)


def may_be_there(repo: Snapshot, path: str) -> bool:
    """Whether a path is in the repository, or in a submodule or behind a link whose content nobody can see here."""
    if repo.exists(path):
        return True
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        source = repo.sources.get("/".join(parts[:count]))
        if (source and source.mode == GITLINK) or repo.resolve("/".join(parts[:count])) is None:
            return True
    return False
