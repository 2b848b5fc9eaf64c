"""LNK: the branch, tag or commit that a launch link names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import WITH_REF
from binderlint.files.links import Link, live_launches
from binderlint.files.refs import USUAL, is_gone
from binderlint.outside.git import Git
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main", "v1.0", "v1.1", "data/2020"}), complete=True)


class BadgeMissingRef(Rule):
    """A launch link does not name a branch, tag or commit.

    BinderHub needs one: without it the launch ends with `Spec is not of the form "user/repo/ref"`. `HEAD` is the newest state of the default branch, whatever its name is.
    """

    code = "LNK006"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:binderhub/repoproviders.py",)
    examples = (
        Bad(
            {"README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves)\n"},
            at="README.md:1:77",
            fixed={
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/HEAD)\n"
            },
            why="A badge without a branch",
        ),
        Bad(
            {"README.rst": "`run <https://mybinder.org/v2/gh/ada/waves/?urlpath=lab>`_"},
            at="README.rst:1:34",
            fixed={"README.rst": "`run <https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab>`_"},
            why="A slash at the end, in reStructuredText",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fwaves?urlpath=lab)\r\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fwaves/HEAD?urlpath=lab)\r\n"},
            why="A GitLab repository",
        ),
        Bad(
            {"README.md": "[run](https://binder.example.edu/v2/gh/ada/waves/)\n"},
            at="README.md:1:40",
            fixed={"README.md": "[run](https://binder.example.edu/v2/gh/ada/waves/HEAD)\n"},
            why="Another hub",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gist/ada/0123456789abcdef)\n"}, why="A gist, which needs none"
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/zenodo/10.5281/zenodo.3242074/)\n"},
            why="A DOI, which needs none",
        ),
        Good(
            {"README.md": "Addresses start with https://mybinder.org/v2/gh/ and go on.\n"},
            why="Only a part of an address",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/<user>/<repo>)\n"}, why="An example for the reader"),
        Good({"README.md": "`https://mybinder.org/v2/gh/ada/waves`\n"}, why="In code"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main/)\n"},
            why="A slash after the branch",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            address = link.address
            if address.provider not in WITH_REF or address.branch or not _whole(link):
                continue
            yield self.at(
                link.text("repo"),
                "The link names no branch, tag or commit, so the launch fails",
                help="Add `/HEAD`, the newest state of the default branch, or a tag",
                fix=Fix("Add `/HEAD`", (replace(link.text("gap", "ref"), "/HEAD"),)),
            )


class BadgeRefNotFound(Rule):
    """A launch link names a branch, tag or commit that this repository does not have.

    The launch fails, because there is nothing to build. Only for `master` and `main` on GitHub does BinderHub try again: it shows an error, waits ten seconds, and then builds `HEAD`.

    Nothing is reported if the clone cannot know (a shallow clone, or one of a single branch), or for a version that is newer than every tag, because people often write a README just before the
    release.

    ## Fix safety

    Replacing a missing `master` or `main` with `HEAD` is safe: BinderHub builds that already. For any other name, a similar one or `HEAD` is a guess.
    """

    code = "LNK008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:binderhub/builder.py", "gboeing/osmnx-examples#47", "py-why/dowhy#585")
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/master?urlpath=lab)\n"},
            at="README.md:1:44",
            git=_OURS,
            severity=Severity.WARNING,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab)\n"},
            why="The branch master no longer exists",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/Ada/Waves.git/1.0)\n"},
            at="README.md:1:48",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/Ada/Waves.git/v1.0)\n"},
            why="A tag that does not exist",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/origin/v1.1)\n"},
            at="README.md:1:44",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/v1.1)\n"},
            why="A tag with `origin/` in front",
        ),
        Bad(
            {"docs/index.rst": ".. _run: https://mybinder.org/v2/gh/ada/waves/teaching\n"},
            at="docs/index.rst:1:47",
            git=_OURS,
            fixed={"docs/index.rst": ".. _run: https://mybinder.org/v2/gh/ada/waves/HEAD\n"},
            why="A branch that does not exist, in reStructuredText",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fgithub.com%2Fada%2Fwaves/teaching)\n"},
            at="README.md:1:74",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fgithub.com%2Fada%2Fwaves/HEAD)\n"},
            why="A branch that does not exist, in a link with the whole address",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/teaching)\n"},
            git=_OURS._replace(complete=False),
            why="A shallow clone",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/teaching)\n"},
            git=_OURS._replace(refs=frozenset({"main"})),
            why="A clone of a single branch",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/grace/tides/master)\n"}, git=_OURS, why="Another repository"
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/{{ branch }})\n"},
            git=_OURS,
            why="A template",
        ),
        Good(
            {"conf.py": 'url = "https://mybinder.org/v2/gh/ada/waves/%s?filepath=a" % release\n'},
            git=_OURS,
            why="A placeholder in code",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/data%2F2020)\n"},
            git=_OURS,
            why="A branch with an encoded slash",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/0a1b2c3d4e)\n"},
            git=_OURS,
            why="A commit",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD)\n"}, git=_OURS, why="HEAD"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/BRANCH)\n"},
            git=_OURS,
            why="An example for the reader",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/v1.2)\n"},
            git=_OURS,
            why="A version that is newer than every tag",
        ),
        Good({"README.md": "    https://mybinder.org/v2/gh/ada/waves/master\n"}, git=_OURS, why="In code"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            ref = link.address.branch
            if not is_gone(link, repo):
                continue
            if ref in USUAL and link.address.provider == "gh":
                yield self.at(
                    link.text("ref"),
                    f"There is no branch `{ref}` any more: Binder shows an error, waits 10 seconds and takes the default branch",
                    help="Write `HEAD`, which is always the default branch",
                    severity=Severity.WARNING,
                    level=Level.REPRODUCE,
                    fix=Fix("Write `HEAD`", (replace(link.text("ref"), "HEAD"),)),
                )
                continue
            new = _similar(ref, repo)
            yield self.at(
                link.text("ref"),
                f"There is no branch or tag `{ref}` in this repository, so the launch fails",
                help=f"Write `{new}`"
                if new != "HEAD"
                else "Write `HEAD`, the default branch, or a branch or tag that exists",
                fix=Fix(
                    f"Write `{new}`",
                    (replace(link.text("ref"), quote(new, errors="surrogateescape")),),
                    Applicability.UNSAFE,
                ),
            )


def _whole(link: Link) -> bool:
    """Whether there is a repository in the link, and not another web address."""
    repo = link.address.repo
    return bool(repo) and (link.address.provider != "gh" or bool(re.fullmatch(r"[\w.-]+/[\w.-]+", repo)))


def _similar(ref: str, repo: Repository) -> str:
    from difflib import get_close_matches

    short = ref.removeprefix("origin/")
    if short in repo.git.refs:
        return short
    close = get_close_matches(ref, sorted(repo.git.refs), 1, 0.75)
    return close[0] if close else "HEAD"
