"""LNK: how a launch link writes its repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import is_template
from binderlint.files.links import live_launches
from binderlint.files.refs import PASTED
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class BadgeUnescapedSpec(Rule):
    """The repository in a launch link is not encoded.

    After `/v2/gl/` and `/v2/git/`, everything up to the first slash is the repository, so its own slashes must be written `%2F`: `/v2/gl/group%2Fproject/main`,
    `/v2/git/https%3A%2F%2Fexample.org%2Fproject/main`. Without that, BinderHub looks for a repository `group` or `https:`, and the launch fails.

    ## Fix safety

    The fix is unsafe if there is more than one reading: a group can have subgroups, and the name of a branch can contain slashes.
    """

    code = "LNK012"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:binderhub/repoproviders.py",)
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gl/lab/waves/main?urlpath=lab)\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fwaves/main?urlpath=lab)\n"},
            why="A GitLab repository and its branch",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gl/lab/waves)\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fwaves/HEAD)\n"},
            why="A GitLab repository without a branch",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gl/lab/sea/waves/feature/x)\n"},
            at="README.md:1:34",
            git=Git(origin="gl/lab/sea/waves"),
            fixed={"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fsea%2Fwaves/feature/x)\n"},
            why="A GitLab subgroup",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gl/lab/sea/waves/-/tree/main)\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fsea%2Fwaves/main)\n"},
            why="GitLab's own address",
        ),
        Bad(
            {"README.rst": "`run <https://mybinder.org/v2/git/https://codeberg.org/ada/waves.git/main>`_\n"},
            at="README.rst:1:35",
            fixed={
                "README.rst": "`run <https://mybinder.org/v2/git/https%3A%2F%2Fcodeberg.org%2Fada%2Fwaves.git/main>`_\n"
            },
            why="A whole address",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fsea%2Fwaves/feature/x)\n"}, why="Encoded slashes"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fcodeberg.org%2Fada%2Fwaves/main)\n"},
            why="A whole address, encoded",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gl/<group>/<project>/main)\n"}, why="A template"),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main)\n"}, why="A GitHub repository"),
        Good({"README.md": "[run](https://mybinder.org/v2/gl/12345/main)\n"}, why="The number of a GitLab project"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            spec = link.text("repo", "ref")
            if is_template(spec):
                continue
            reading = None
            if link.address.provider == "gl" and "%" not in link.address.repo and not link.address.repo.isdigit():
                reading = _gitlab(spec, repo)
            elif link.address.provider == "git" and (found := _PLAIN_URL.match(spec)):
                reading = _address(found[1], found[2])
            if reading:
                text = f"{quote(reading.repo, safe='', errors='surrogateescape')}/{reading.ref}"
                yield self.at(
                    spec,
                    "The slashes of the repository are not encoded: Binder takes only the first piece for it, and the launch fails",
                    help=f"Write `{text}`",
                    fix=Fix(
                        "Encode the repository",
                        (replace(spec, text),),
                        Applicability.SAFE if reading.sure else Applicability.UNSAFE,
                    ),
                )


class BadgeGitSuffix(Rule):
    """The repository in a launch link ends with `.git`.

    BinderHub removes the ending, so the link works and launches the same image. But the waiting page has no preview of the notebook: it looks for one under the name with `.git`.
    """

    code = "LNK013"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/mybinder.org-user-guide#167", "jupyterhub/binderhub:binderhub/repoproviders.py")
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves.git/main?urlpath=lab)\n"},
            at="README.md:1:43",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab)\n"},
            why="A link with `.git`",
        ),
        Bad(
            {
                "a.ipynb": '{"cells": [{"cell_type": "markdown", "source": "[a](https://x.edu/v2/gh/ada/waves.git/v1)\\n"}]}'
            },
            at="a.ipynb:1:82",
            fixed={
                "a.ipynb": '{"cells": [{"cell_type": "markdown", "source": "[a](https://x.edu/v2/gh/ada/waves/v1)\\n"}]}'
            },
            why="In a notebook, on another hub",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves.github.io/main)\n"},
            why="A name that contains `.git`",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fx.org%2Fwaves.git/main)\n"},
            why="The address of a clone",
        ),
        Good({"README.md": "`https://mybinder.org/v2/gh/ada/waves.git/main`\n"}, why="In code"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            name = link.text("repo")
            if link.address.provider == "gh" and name.endswith(".git") and name.count("/") == 1 and ":" not in name:
                suffix = name.part(len(name) - 4, len(name))
                yield self.at(
                    suffix,
                    "The repository is named with `.git`: the launch works, but the page on which visitors wait shows no preview of the notebook",
                    help="Leave out `.git`",
                    fix=Fix("Leave out `.git`", (replace(suffix, ""),)),
                )


class _Reading(NamedTuple):
    """How a spec is meant, and whether that is sure."""

    repo: str
    ref: str
    sure: bool


_PLAIN_URL = regex(r"(https?:/{1,2}|https?%3A(?=/)/{1,2})([^%]+)$", re.IGNORECASE)
_USUAL_REF = regex(r"main|master|HEAD|v?\d+(?:\.\d+)*|[0-9a-f]{40}")
_FORGES = ("github.com/", "gitlab.com/", "codeberg.org/", "bitbucket.org/")


def _gitlab(spec: str, repo: Repository) -> _Reading | None:
    spec = unquote(spec).strip("/")
    if spec.startswith("http"):
        return None
    group, dash, rest = spec.partition("/-/")
    if dash:
        pasted = PASTED.match(rest)
        return _Reading(group, rest[pasted.end() :].split("/")[0] or "HEAD", True) if pasted else None
    own = repo.git.origin.removeprefix("gl/") if repo.git.origin.startswith("gl/") else ""
    if own and f"{spec}/".lower().startswith(f"{own}/".lower()):
        return _Reading(own, spec[len(own) :].strip("/") or "HEAD", True)
    pieces = spec.split("/")
    match len(pieces):
        case 1:
            return None
        case 2:
            return _Reading(spec, "HEAD", not _USUAL_REF.fullmatch(pieces[1]))
        case 3:
            return _Reading("/".join(pieces[:2]), pieces[2], True)
    return _Reading("/".join(pieces[:-1]), pieces[-1], bool(_USUAL_REF.fullmatch(pieces[-1])))


def _address(scheme: str, rest: str) -> _Reading:
    rest, start = rest.strip("/"), unquote(scheme).rstrip("/") + "//"
    whole = re.match(r"(.*?\.git)(?:/(.*))?$", rest)
    if whole and not rest.startswith(whole[1] + "hub"):
        return _Reading(start + whole[1], whole[2] or "HEAD", True)
    pieces = rest.split("/")
    if rest.startswith(_FORGES) and len(pieces) >= 3:
        return _Reading(start + "/".join(pieces[:3]), "/".join(pieces[3:]) or "HEAD", True)
    return _Reading(start + "/".join(pieces[:-1]), pieces[-1], bool(_USUAL_REF.fullmatch(pieces[-1])))
