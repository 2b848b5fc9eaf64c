"""badge-legacy-filepath: A launch link opens a file with `filepath`, the old way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import between, replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import PATH_PARAMETERS, is_template
from binderlint.repo2docker.build import used_file
from binderlint.repo2docker.names import CONDA
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeLegacyFilepath(Rule):
    code = "LNK016"
    severity = Severity.INFO
    level = Level.POLISH

    @about(live_launches)
    def check(self, repo: Snapshot, launches: tuple[Link, ...]) -> Iterator[Diagnostic]:
        links = [link for link in launches if link.address.target and _is_here(link, repo)]
        if not any(link.address.target and link.address.target.name == "filepath" for link in links):
            return
        if _wants_classic(repo):
            return
        lab = {_launch(link) for link in links if "lab" in link.address.opens[0] or link.address.parameter("labpath")}
        for link in links:
            target = link.address.target
            if (
                target is None
                or target.name != "filepath"
                or "?" in target.decoded
                or not isinstance(target.name, Text)
                or _launch(link) in lab
            ):
                continue
            if sum(parameter.name in PATH_PARAMETERS for parameter in link.address.query) > 1:
                continue  # badge-conflicting-params comes first
            is_file = re.search(r"\.\w{1,6}$", target.decoded) or is_template(target.value)
            new = replace(target.name, "labpath")
            if not is_file and isinstance(target.equals, Text):
                slash = re.match(r"(?:/|%2F)*", str(target.value), re.IGNORECASE)
                assert slash and isinstance(target.value, Text)
                new = replace(between(target.name, target.value.part(0, slash.end())), "urlpath=lab/tree/")
            yield self.at(
                target.name,
                "`filepath` opens the simple notebook interface, with one document at a time; `labpath` opens JupyterLab",
                help="Use `labpath`" if is_file else "Use `urlpath=lab/tree/`",
                fix=Fix("Open JupyterLab", (new,), Applicability.UNSAFE),
            )


_CLASSIC = regex(r"nbclassic|\brise\b|jupyter_contrib_nbextensions|notebook *(?:<=? *[67]|==? *[456])", re.IGNORECASE)


def _launch(link: Link) -> tuple[str, str, str]:
    """What links to the same launch share, whatever they open."""
    return link.url.place.path, link.address.identity, link.address.branch


def _is_here(link: Link, repo: Snapshot) -> bool:
    """Whether a link launches this repository; where its name is not known, those of the README do."""
    if repo.git.origin:
        return link.launches_repository(repo)
    return "/" not in link.url.place.path


def _wants_classic(repo: Snapshot) -> bool:
    dockerfile = used_file(repo, "Dockerfile")
    if dockerfile and "lab" not in dockerfile.prose:
        return True
    return any(
        _CLASSIC.search(source.prose)
        for name in (*CONDA, "requirements.txt", "postBuild", "Dockerfile")
        if (source := used_file(repo, name))
    )
