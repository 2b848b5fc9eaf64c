"""badge-wrong-repo: The badge in the README launches another repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.for_binder import is_ready_for_binder
from binderlint.facts.launch.links import Link, Where, launch_links
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import Route
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class BadgeWrongRepo(Rule):
    code = "LNK017"
    severity = Severity.WARNING
    level = Level.RUN
    needs_git = True

    @about(launch_links)
    def check(self, repo: Snapshot, found: tuple[Link, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if not repo.git.origin.startswith("gh/") or plan.error or plan.default or not is_ready_for_binder(repo):
            return
        links = [link for link in found if _in_readme(link) and link.launches and not link.example]
        if any(link.launches_repository(repo) for link in links):
            return
        links = [link for link in links if link.where is not Where.CODE]
        launched = {link.address.identity for link in links}
        if len(launched) != 1 or any("git-pull" in link.url for link in links):
            return
        theirs, ours = launched.pop(), repo.git.origin.lower()
        fork = theirs.startswith("gh/") and _is_of(posixpath.basename(ours), posixpath.basename(theirs))
        if not fork and not _is_meant(theirs, ours, [_opened(link, repo) for link in links]):
            return
        name = repo.git.origin.partition("/")[2]
        for link in links[:1] if fork else links:
            if link.address.route is Route.LAUNCH:
                yield self.at(
                    link.text("repo"),
                    f"This launches `{link.address.repo}` instead of this repository, `{name}`",
                    help=f"Use `{name}`, if you mean this repository",
                    severity=Severity.INFO if fork else None,
                    level=Level.POLISH if fork else None,
                    fix=None
                    if fork
                    else Fix(f"Launch `{name}`", (replace(link.text("repo"), name),), Applicability.UNSAFE),
                )


def _is_of(ours: str, theirs: str) -> bool:
    """Whether a repository seems to be a fork or a translation of another: `dask-tutorial-chinese` of `dask-tutorial`."""
    return ours == theirs or (len(theirs) > 5 and ours.startswith(f"{theirs}-"))


# Repositories that another one may launch on purpose: an environment, a tutorial.
_SPECIAL = regex(
    r"env|binder|image|docker|sandbox|hub|tutorial|example|demo|notebook|course|workshop|book", re.IGNORECASE
)


_COMMON = frozenset({"index.ipynb", "readme.md", "tutorial.ipynb", "demo.ipynb", "example.ipynb"})


def _in_readme(link: Link) -> bool:
    path = link.url.place.path.lower()
    return "/" not in path and path.startswith("readme")


def _is_meant(theirs: str, ours: str, opened: list[str]) -> bool:
    """Whether a link to another repository can only have meant this one: by its name, or by a file of this one that it opens."""
    if not theirs.startswith("gh/"):
        return False
    one, other = posixpath.basename(theirs), posixpath.basename(ours)
    special = bool(_SPECIAL.search(one))
    if any(name and name not in _COMMON for name in opened):
        return not special
    from difflib import SequenceMatcher

    alike = one.startswith(other) or other.startswith(one) or SequenceMatcher(None, one, other).ratio() > 0.85
    same_owner = posixpath.dirname(theirs) == posixpath.dirname(ours)
    return same_owner and alike and (any(opened) or not special)


def _opened(link: Link, repo: Snapshot) -> str:
    """The name of the file that a link opens, if this repository has it; else nothing."""
    path = link.address.opens[1].strip("/")
    return posixpath.basename(path).lower() if path and repo.get(path) else ""
