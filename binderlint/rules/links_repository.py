"""LNK: which repository a README's badge launches."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import Route
from binderlint.files.links import Link, Where
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main"}), complete=True)
_READY = {"environment.yml": "dependencies: [python=3.12]\n", "a.ipynb": "{}"}


class BadgeWrongRepo(Rule):
    """The badge in the README launches another repository.

    Somebody copied it from a template or another README, or this repository used to have another name. Visitors then get the other repository, or depend on GitHub's redirect after a rename.

    This is only reported if this repository is ready for Binder, nothing in its README launches it, and the one repository that is launched has nearly the same name or the file that opens is here. A
    separate repository for the environment, a link among several, and links for nbgitpuller are not reported. A repository with the same name and another owner may be the one that this was
    forked from, so that is only an info.

    ## Fix safety

    The fix writes the name of this repository. It is unsafe, because you may mean the other one.
    """

    code = "LNK017"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("binder-examples/conda", "binder-examples/r_with_python")
    examples = (
        Bad(
            {
                **_READY,
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves_2019/main)\n",
            },
            at="README.md:1:77",
            git=_OURS,
            fixed={
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/main)\n"
            },
            why="A similar name",
        ),
        Bad(
            {**_READY, "README.md": "[run](https://mybinder.org/v2/gh/grace/template/main?labpath=a.ipynb)\n"},
            at="README.md:1:34",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a.ipynb)\n"},
            why="A template, with a file that is here",
        ),
        Bad(
            {**_READY, "README.md": "[run](https://mybinder.org/v2/gh/grace/waves/main)\n"},
            at="README.md:1:34",
            git=_OURS,
            severity=Severity.INFO,
            why="The same name, another owner",
        ),
        Bad(
            {
                **_READY,
                "index.ipynb": "{}",
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves_environment/main?filepath=index.ipynb)\n",
            },
            at="README.md:1:34",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=index.ipynb)\n"},
            why="A repository for the environment, with a file that is here",
        ),
        Good(
            {**_READY, "README.md": "[run](https://mybinder.org/v2/gh/ada/waves-env/main)\n"},
            git=_OURS,
            why="A repository for the environment",
        ),
        Good(
            {**_READY, "README.md": "[run](https://mybinder.org/v2/gh/ada/binder/main)\n"},
            git=_OURS,
            why="One environment for all repositories of an owner",
        ),
        Good(
            {
                **_READY,
                "README.md": "[run](https://mybinder.org/v2/gh/ada/wave/main) [own](https://mybinder.org/v2/gh/ADA/waves/main)\n",
            },
            git=_OURS,
            why="This repository is launched too",
        ),
        Good(
            {
                **_READY,
                "README.md": "[a](https://mybinder.org/v2/gh/ada/wave/main) [b](https://mybinder.org/v2/gh/ada/wave2/main)\n",
            },
            git=_OURS,
            why="A list of repositories",
        ),
        Good(
            {
                **_READY,
                "README.md": "[run](https://mybinder.org/v2/gh/ada/wave/main?urlpath=git-pull%3Frepo%3Dhttps://github.com/ada/waves)\n",
            },
            git=_OURS,
            why="nbgitpuller fetches this repository",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/wave/main)\n", "Project.toml": ""},
            git=_OURS,
            why="This repository is not ready for Binder",
        ),
        Good(
            {**_READY, "README.md": "[run](https://mybinder.org/v2/gh/USER/REPO/BRANCH)\n"},
            git=_OURS,
            why="An example for the reader",
        ),
        Good(
            {**_READY, "docs/a.md": "[run](https://mybinder.org/v2/gh/ada/wave/main)\n"},
            git=_OURS,
            why="Not in the README",
        ),
        Good(
            {**_READY, "README.md": "[run](https://mybinder.org/v2/gh/ada/wave/main)\n"},
            why="The name of this repository is not known",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.git.origin.startswith("gh/") or repo.plan.error or repo.plan.default or not _is_ready(repo):
            return
        links = [link for link in repo.links if _in_readme(link) and link.launches and not link.example]
        if any(link.launches_repository(repo) for link in links):
            return
        links = [link for link in links if link.where is not Where.CODE]
        launched = {link.address.identity for link in links}
        if len(launched) != 1 or any("git-pull" in link.url for link in links):
            return
        theirs, ours = launched.pop(), repo.git.origin.lower()
        fork = theirs.startswith("gh/") and posixpath.basename(theirs) == posixpath.basename(ours)
        if not fork and not _is_meant(theirs, ours, [_opened(link, repo) for link in links]):
            return
        name = repo.git.origin.partition("/")[2]
        for link in links[:1] if fork else links:
            if link.address.route is Route.LAUNCH:
                yield self.at(
                    link.text("repo"),
                    f"This launches `{link.address.repo}`, and not this repository, `{name}`",
                    help=f"Write `{name}`, if this repository is meant",
                    severity=Severity.INFO if fork else None,
                    fix=None
                    if fork
                    else Fix(f"Launch `{name}`", (replace(link.text("repo"), name),), Applicability.UNSAFE),
                )


# Repositories that another one may launch on purpose: an environment, a tutorial.
_SPECIAL = regex(
    r"env|binder|image|docker|sandbox|hub|tutorial|example|demo|notebook|course|workshop|book", re.IGNORECASE
)
_COMMON = frozenset({"index.ipynb", "readme.md", "tutorial.ipynb", "demo.ipynb", "example.ipynb"})
_CONFIGURATION = ("environment.yml", "requirements.txt", "runtime.txt", "postBuild", "start", "install.R", "apt.txt")


def _is_ready(repo: Repository) -> bool:
    notebooks = any(path.endswith((".ipynb", ".Rmd")) for path in repo.sources)
    return bool(repo.plan.binder_dir) or (notebooks and any(repo.used(name) for name in _CONFIGURATION))


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


def _opened(link: Link, repo: Repository) -> str:
    """The name of the file that a link opens, if this repository has it; else nothing."""
    path = link.address.opens[1].strip("/")
    return posixpath.basename(path).lower() if path and repo.get(path) else ""
