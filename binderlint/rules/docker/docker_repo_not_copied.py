"""docker-repo-not-copied: The image does not contain the repository's notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines
from binderlint.facts.docker.context import CONTENT, Copy, Run, build_dockerfile, copies, docker_runs
from binderlint.facts.launch.links import launch_links
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import image_facts
from binderlint.snapshot import Snapshot


class DockerRepoNotCopied(Rule):
    code = "DKR016"
    severity = Severity.WARNING
    level = Level.RUN

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        image = base_of(dockerfile)
        if not dockerfile.final or not image or not image_facts(image):
            return
        if not any(path.lower().endswith(CONTENT) for path in repo.sources) or any(
            "git-pull" in str(link.url) for link in launch_links(repo)
        ):
            return
        if any(_is_content(repo, copy) for copy in copies(repo, dockerfile.final)):
            return
        if any(
            one.name in ("COPY", "ADD") and (one.flag("from") or "://" in one.body or "git@" in one.body)
            for one in dockerfile.built
        ):
            return
        if any(_fetches(run) for run in docker_runs(repo)):
            return
        home = "HOME" in dockerfile.final.variables
        yield self.at(
            dockerfile.final.base,
            "Nothing copies the repository into the image, so visitors find none of its notebooks",
            help="Add `COPY --chown=1000 . ${HOME}` to the Dockerfile",
            fix=Fix(
                "Copy the repository",
                (append_lines(dockerfile.source, "COPY --chown=1000 . ${HOME}"),),
                Applicability.UNSAFE,
            )
            if home and not dockerfile.open_ended
            else None,
        )


def _is_content(repo: Snapshot, copy: Copy) -> bool:
    """Whether a COPY takes a folder, notebooks, or nobody knows what."""
    if copy.path is None or re.search(r"[*?\[]", copy.path):
        return True
    return repo.is_dir(copy.path) or copy.path.lower().endswith(CONTENT)


_BRINGERS = frozenset({"git", "gitpuller", "svn", "wget", "curl", "cp", "mv", "rsync", "unzip", "tar"})


def _fetches(run: Run) -> bool:
    """Whether a RUN may bring files from elsewhere."""
    script = run.instruction.script or ""
    if "--mount" in run.instruction.body or not run.clear:
        return True
    return any(one.name in _BRINGERS or not one.name for one in run.commands) or "gitpuller." in script
