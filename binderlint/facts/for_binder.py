"""For Binder: whether anything says that a repository is meant for Binder."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.launch.buttons import launch_configs
from binderlint.facts.launch.links import launch_links
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot

# Configuration in a folder that is nearly called as Binder wants it.
_LIKE_BINDER = regex(
    r"[._]?(?i:binders?)/(?:environment\.ya?ml|requirements\.txt|postBuild|start|apt\.txt|Dockerfile|runtime\.txt|install\.R)$"
)


@fact
def is_for_binder(repo: Snapshot) -> bool:
    """True when anything says that the repository is meant for Binder, or the user does."""
    if repo.assume_binder or repo.is_dir("binder") or repo.is_dir(".binder"):
        return True
    if any(name in repo.sources for name in ("postBuild", "runtime.txt", "apt.txt", "install.R")):
        return True
    if any(_LIKE_BINDER.match(path) for path in repo.sources):
        return True
    environments = (
        "environment.yml",
        "environment.yaml",
        "requirements.txt",
        "Pipfile",
        "Project.toml",
        "DESCRIPTION",
    )
    if any(name in repo.sources for name in environments) and any(
        path.endswith((".ipynb", ".Rmd")) for path in repo.sources
    ):
        return True
    return any(link.live and (link.launches or link.shows_badge) for link in launch_links(repo)) or bool(
        launch_configs(repo)
    )
