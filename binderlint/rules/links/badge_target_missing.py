"""badge-target-missing: A launch link of this repository opens a file that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from binderlint.changes.edits import replace
from binderlint.facts.docker.content import shown_content
from binderlint.facts.launch.interfaces import FILE_INTERFACES
from binderlint.facts.launch.links import Link, launch_links, live_launches
from binderlint.facts.launch.refs import is_this_state
from binderlint.facts.scripts.makes_files import makes_files, may_be_there
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import decoded, is_template
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeTargetMissing(Rule):
    code = "LNK009"
    severity = Severity.WARNING
    level = Level.RUN
    needs_git = True

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        if not any(link.launches_repository(repo) for link in launch_links(repo)) or makes_files(repo):
            return
        content = shown_content(repo)
        for link in links:
            target = link.address.target
            if target is None or not is_this_state(link, repo):
                continue
            interface, path = link.address.opens
            wanted = path.strip("/")
            if (
                interface not in FILE_INTERFACES
                or not wanted
                or is_template(path.replace("\\", "/"))
                or _is_there(wanted, repo)
                or (content and ("." not in wanted or content.has(repo, wanted)))
            ):
                continue
            new = _closest(wanted, repo)
            new = "" if new == link.url.place.path else new  # the notebook that the link is in
            fix = None
            if new and isinstance(target.value, Text):
                edit = _rewrite(target.value, wanted, new)
                fix = Fix(f"Open `{new}`", (edit,), Applicability.UNSAFE) if edit else None
            yield self.at(
                target.value if isinstance(target.value, Text) else link.url,
                f"There is no `{wanted}` in this repository. Binder launches, but then the file is not found",
                help=f"Did you mean `{new}`?" if new else "Use a file or folder of the repository, or remove the path",
                fix=fix,
            )


_TEXT_VERSIONS = (".md", ".Rmd", ".py", ".R", ".jl", ".qmd", ".myst.md", ".nb.py")


def _is_there(path: str, repo: Snapshot) -> bool:
    if may_be_there(repo, path):
        return True
    stem, dot, extension = path.rpartition(".")
    return dot == "." and extension == "ipynb" and any(repo.exists(stem + suffix) for suffix in _TEXT_VERSIONS)


def _closest(path: str, repo: Snapshot) -> str:
    """The one path of the repository that a missing one can have meant, `""` when there is none."""
    for other in (path.replace("\\", "/"), re.sub(r"^(?:home/jovyan|work)/", "", path)):
        if other != path and repo.exists(other):
            return other
    name = path.rpartition("/")[2]
    named = [known for known in repo.sources if known.rpartition("/")[2].lower() == name.lower()]
    if len(named) == 1:
        return named[0]
    from difflib import get_close_matches

    extension = name.rpartition(".")[1:]
    alike = [known for known in repo.sources if known.rpartition("/")[2].rpartition(".")[1:] == extension]
    close = get_close_matches(path, alike, 2, 0.85) if extension[0] else []
    return close[0] if len(close) == 1 else ""


def _rewrite(value: Text, path: str, new: str) -> Replace | None:
    """Write a new path over the old one in a parameter, encoded as the old one was."""
    characters = [found.span() for found in re.finditer("%[0-9A-Fa-f]{2}|.", value, re.DOTALL)]
    for first, (start, _) in enumerate(characters):
        for _, end in reversed(characters[first:]):
            if decoded(value[start:end]) == path:
                return replace(
                    value.part(start, end),
                    quote(new, safe="" if "%2F" in value.upper() else "/", errors="surrogateescape"),
                )
    return None
