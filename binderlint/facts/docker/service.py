"""Service: whether a Dockerfile builds the image of a service, in which no session starts."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.docker.context import base_image, build_dockerfile, docker_runs
from binderlint.facts.docker.installs import NAMES_JUPYTER, may_have_jupyter
from binderlint.facts.for_binder import is_for_binder
from binderlint.read.images import image_facts
from binderlint.repo2docker.names import CONFIG_NAMES
from binderlint.snapshot import Snapshot
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.read.dockerfile.instructions import Dockerfile

INSTEAD = (
    "Put an environment file, such as requirements.txt, in a folder `binder`: Binder then does not read this Dockerfile"
)
"""What to do where the Dockerfile is another's."""

# What an image may install from: lists of packages, their locks, and scripts.
_LISTS = (".txt", ".in", ".lock", ".toml", ".cfg", ".yml", ".yaml", ".sh", ".bash")


@fact
def session_dockerfile(repo: Snapshot) -> Dockerfile | None:
    """The Dockerfile, if sessions may start in its image; None for that of a service, of which docker-no-jupyter says all that matters."""
    return None if is_service(repo) else build_dockerfile(repo)


@fact
def is_service(repo: Snapshot) -> bool:
    """True when nothing says that a repository is meant for Binder, its Dockerfile starts from an image without Jupyter, and it installs none, or nothing that it may install from names it."""
    dockerfile = build_dockerfile(repo)
    known = image_facts(base_image(repo)) if dockerfile else None
    if dockerfile is None or known is None or known.jupyter is not False or is_for_binder(repo):
        return False
    if dockerfile.final and not may_have_jupyter(repo, dockerfile.final):
        return True
    if any(NAMES_JUPYTER.search(run.instruction.script or run.instruction.body) for run in docker_runs(repo)):
        return False
    return not any(
        NAMES_JUPYTER.search(one.prose) for one in repo.files if one.name in CONFIG_NAMES or one.name.endswith(_LISTS)
    )
