"""Docker content: where the files of the repository are in the image, and what a session shows of them."""

from __future__ import annotations

import posixpath
import re

from binderlint.data import listed_words
from binderlint.fact import fact
from binderlint.facts.docker.context import Copy, Run, build_dockerfile, copies, docker_runs
from binderlint.facts.docker.installs import hides_origin
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import base_of, workdirs
from binderlint.read.images import image_facts
from binderlint.read.installer import CONDA, is_pip
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

CONTENT = (".ipynb", ".rmd", ".qmd")
_OTHER_FOLDER = regex(r"(?:root|notebook)[_-]dir")
_BRINGERS = frozenset({"git", "gitpuller", "svn", "wget", "curl", "cp", "mv", "ln", "rsync", "unzip", "tar"})
_WILD = regex(r"[*?\[]")


class ShownContent(NamedTuple):
    """What a session shows: the files that COPY and ADD put below the folder `root` of the image, in which the server starts."""

    root: str
    copies: tuple[Copy, ...]

    def has(self, repo: Snapshot, path: str) -> bool:
        """Whether a file or folder is there; the path is from `root`."""
        wanted = posixpath.normpath(posixpath.join(self.root, path))
        for copy in self.copies:
            source, target = copy.path or "", copy.target or ""
            if target == wanted or target.startswith(wanted + "/"):
                return True
            if repo.is_dir(source) and wanted.startswith(target.rstrip("/") + "/"):
                if repo.exists(posixpath.join(source, wanted[len(target.rstrip("/")) + 1 :])):
                    return True
        return False

    def place_of(self, repo: Snapshot, path: str) -> str:
        """Where a file or folder of the repository is in the image; empty where it is not."""
        for copy in self.copies:
            source, target = copy.path or "", copy.target or ""
            if path == source:
                return target
            if repo.is_dir(source) and path.startswith(f"{source}/" if source else ""):
                return posixpath.join(target, path[len(source) :].lstrip("/"))
        return ""


@fact
def shown_content(repo: Snapshot) -> ShownContent | None:
    """What a session shows, where the Dockerfile says all of it; None where something else may bring files, or another folder may be shown."""
    dockerfile = build_dockerfile(repo)
    stage = dockerfile.final if dockerfile else None
    facts = image_facts(base_of(dockerfile))
    if dockerfile is None or stage is None or facts is None or hides_origin(stage):
        return None
    if (
        shows_other_folder(repo)
        or any(one.name == "ENTRYPOINT" for one in dockerfile.built)
        or _OTHER_FOLDER.search(dockerfile.source.text)
    ):
        return None
    if any(may_bring_files(run) or not all(_is_plain(one.name) for one in run.commands) for run in docker_runs(repo)):
        return None
    root = facts.workdir
    for instruction, here in workdirs(stage):
        root = here if instruction.name == "WORKDIR" else root
    found = tuple(copies(repo, stage))
    if not root or any(one.path is None or one.target is None or _WILD.search(one.path) for one in found):
        return None
    return ShownContent(root, found)


def shows_other_folder(repo: Snapshot) -> bool:
    """Whether a configuration of Jupyter in the repository may name the folder that it shows."""
    return any(
        re.search(r"jupyter_\w*config\.(?:py|json)$", source.path)
        and re.search("root_dir|notebook_dir|contents", source.prose)
        for source in repo.files
    )


def may_bring_files(run: Run) -> bool:
    """Whether a RUN may bring files from elsewhere, or put those of the image in other places."""
    script = run.instruction.script or ""
    if "--mount" in run.instruction.body or not run.clear:
        return True
    return any(one.name in _BRINGERS or not one.name for one in run.commands) or "gitpuller." in script


def _is_plain(name: str) -> bool:
    """Whether a program puts no files where notebooks are."""
    return name in listed_words("plain_commands.txt") or is_pip(name) or name in CONDA or name.startswith("jupyter")


def takes_content(repo: Snapshot, copy: Copy) -> bool:
    """Whether a COPY takes a folder, notebooks, or nobody knows what."""
    if copy.path is None or _WILD.search(copy.path):
        return True
    return repo.is_dir(copy.path) or copy.path.lower().endswith(CONTENT)
