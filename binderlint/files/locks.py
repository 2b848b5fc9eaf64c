"""Lock files: whether the build installs from one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.repository import Repository

_LOCK_INSTALL = re.compile(
    r"\b(?:pixi (?:install|run|shell)|uv sync|poetry install|pdm (?:sync|install)|conda-lock install|pipenv sync)\b"
)


def installs_from_lock(repo: Repository) -> bool:
    """Whether postBuild installs the packages of a lock file, in an environment of their own or over repo2docker's."""
    post_build = repo.used("postBuild")
    return bool(post_build and _LOCK_INSTALL.search(post_build.text))
