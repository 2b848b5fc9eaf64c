"""docker-repo-not-copied: The image does not contain the repository's notebooks."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import append_lines
from binderlint.facts.docker.content import CONTENT, ShownContent, may_bring_files, shown_content, takes_content
from binderlint.facts.docker.context import copies, docker_runs
from binderlint.facts.docker.service import session_dockerfile
from binderlint.facts.launch.interfaces import FILE_INTERFACES
from binderlint.facts.launch.links import launch_links, live_launches
from binderlint.facts.launch.refs import is_this_state
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import image_facts
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class DockerRepoNotCopied(Rule):
    code = "DKR016"
    severity = Severity.WARNING
    level = Level.RUN
    needs_git = True

    @about(session_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        image = base_of(dockerfile)
        if not dockerfile.final or not image or not image_facts(image):
            return
        if content := shown_content(repo):
            yield from self._opened(repo, content)
        if not any(path.lower().endswith(CONTENT) for path in repo.sources) or any(
            "git-pull" in str(link.url) for link in launch_links(repo)
        ):
            return
        if any(takes_content(repo, copy) for copy in copies(repo, dockerfile.final)):
            return
        if any(
            one.name in ("COPY", "ADD") and (one.flag("from") or "://" in one.body or "git@" in one.body)
            for one in dockerfile.built
        ):
            return
        if any(may_bring_files(run) for run in docker_runs(repo)):
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

    def _opened(self, repo: Snapshot, content: ShownContent) -> Iterator[Diagnostic]:
        """What launch links open of the repository that is not where a session starts; nothing where nothing at all is copied."""
        for link in live_launches(repo) if any(takes_content(repo, one) for one in content.copies) else ():
            target = link.address.target
            interface, path = link.address.opens
            wanted = path.strip("/")
            if target is None or interface not in FILE_INTERFACES or not wanted or not is_this_state(link, repo):
                continue
            if not repo.exists(wanted) or content.has(repo, wanted):
                continue
            place = content.place_of(repo, wanted)
            inside = place.removeprefix(content.root.rstrip("/") + "/")
            yield self.at(
                target.value if isinstance(target.value, Text) else link.url,
                f"This opens `{wanted}` in `{content.root}`, where a session starts. "
                + (f"The Dockerfile copies it to `{place}`" if place else "The Dockerfile does not copy it")
                + ", so it is not found",
                help=f"Open `{inside}`"
                if inside != place
                else f"Copy it to `{content.root}`, as `COPY --chown=1000 . {content.root}` does with the whole repository",
            )
