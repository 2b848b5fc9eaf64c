"""LNK: launch links with pieces of other web addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import HOSTED, WEB_ADDRESS, is_template
from binderlint.files.links import Link, live_launches
from binderlint.files.refs import PASTED, names_a_file
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main", "v1.0", "v1.1", "data/2020"}), complete=True)


# A parameter that was glued to the ref, and what stands in the place of the `?`.
_GLUED = regex(r"(.+?)(?:&|%3F|%26)?((?:url|lab|file|notebook)path)(=.*)", re.IGNORECASE | re.DOTALL)


class BadgeTreeUrl(Rule):
    """A launch link contains parts of another web address.

    Parts of GitHub's own addresses do not belong in a launch link: `/v2/gh/` is followed by owner, repository and ref, and everything after the second slash is the name of a branch. `tree/main` is a
    branch that does not exist. `?urlpath=` says what opens after the launch.

    ## Fix safety

    The fix is unsafe if the link already opens another file, or if it is not clear which part is the branch and which the path.
    """

    code = "LNK007"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:binderhub/repoproviders.py", "ProjectPythia/cookbook-template#38")
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/tree/main)\n"},
            at="README.md:1:44",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main)\n"},
            why="tree/main",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/blob/data/2020/a%20b.ipynb)\n"},
            at="README.md:1:44",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/data/2020?urlpath=lab/tree/a%20b.ipynb)\n"},
            why="blob and a file",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/blob/main/a.ipynb?flush_cache=true)\n"},
            at="README.md:1:44",
            fixed={
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?flush_cache=true&urlpath=lab/tree/a.ipynb)\n"
            },
            why="blob, a file, and a parameter",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main/a.ipynb)\n"},
            at="README.md:1:44",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/a.ipynb)\n"},
            why="A file after the branch",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main/lab/tree/a.ipynb)\n"},
            at="README.md:1:44",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/a.ipynb)\n"},
            why="lab/tree after the branch",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gl/https://gitlab.com/ada/waves/-/tree/main)\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gl/ada%2Fwaves/main)\n"},
            why="A whole GitLab address",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/https://github.com/ada/waves)\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD)\n"},
            why="A whole GitHub address",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/https%3A%2F%2Fgithub.com%2Fada%2Fwaves.git/main?urlpath=lab)\n"
            },
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab)\n"},
            why="A whole GitHub address, encoded",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org//v2/gh/ada/waves/main)\n"},
            at="README.md:1:27",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main)\n"},
            why="Two slashes after the host",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEADurlpath=lab%2Ftree%2Fa.ipynb)\n"},
            at="README.md:1:44",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab%2Ftree%2Fa.ipynb)\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main&filepath=a.ipynb)\n"},
            at="README.md:1:44",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=a.ipynb)\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/mainlabpath=a.ipynb?x=1)\n"}, at="README.md:1:44"
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/tree/oak)\n"},
            git=_OURS._replace(refs=frozenset({"main", "tree/oak"})),
            why="A branch whose name begins with tree",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/feature/x)\n"}, why="A branch with a slash"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fgithub.com%2Fada%2Fwaves/main)\n"},
            why="The provider git, which uses whole addresses",
        ),
        Good(
            {"README.md": "[run](https://notebooks.gesis.org/binder/v2/gh/ada/waves/main)\n"},
            why="A hub that is in a folder",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            address = link.address
            if "//" in address.base + "/":
                yield self.at(
                    link.text("base", "lead"),
                    "With two slashes after the host BinderHub does not know this address and shows its front page",
                    help="Remove a slash",
                    fix=Fix(
                        "Remove a slash", (replace(link.text("base"), re.sub("/+", "/", address.base).rstrip("/")),)
                    ),
                )
            spec = link.text("repo", "ref")
            web = WEB_ADDRESS.match(spec)
            if web and address.provider in HOSTED:
                rest = web[3].lstrip("/")
                slash = "/" if address.provider == "gh" else "%2F"
                start = f"{web[1]}{slash}{web[2].removesuffix('.git')}/"
                yield self._found(link, spec, start, _take_apart(rest, repo))
            elif address.provider == "gh" and not is_template(address.ref):
                pasted = PASTED.match(address.ref)
                known = link.launches_repository(repo) and address.branch in repo.git.refs
                if not known and (glued := _GLUED.fullmatch(address.ref)):
                    yield self._without_question_mark(link, *glued.groups())
                elif not known and names_a_file(address.branch):
                    rest = address.ref[pasted.end() :] if pasted else str(address.ref)
                    yield self._found(link, link.text("ref"), "", _take_apart(rest, repo))

    def _without_question_mark(self, link: Link, ref: str, parameter: str, rest: str) -> Diagnostic:
        text = f"{ref}?{parameter}{rest}"
        return self.at(
            link.text("ref"),
            f"The `?` before `{parameter}=` is missing, so BinderHub reads all of it as the name of a branch, and the launch fails",
            help=f"Write `{text}`",
            fix=None if link.address.query else Fix("Add the `?`", (replace(link.text("ref"), text),)),
        )

    def _found(self, link: Link, where: Text, start: str, parts: _Parts) -> Diagnostic:
        query, path = link.address.query, parts.path.replace("+", "%2B")
        written = "".join("".join(parameter) for parameter in query)
        safe = parts.sure and not (path and link.address.target)
        if path and not link.address.target:
            written += f"{'&' if query else '?'}urlpath={'' if path.startswith('lab/tree/') else 'lab/tree/'}{path}"
        text = f"{start}{parts.ref or 'HEAD'}{written}"
        edit = replace(link.onwards("repo" if start else "ref"), text)
        return self.at(
            where,
            f"`{_shown(where)}` is a piece of another web address: BinderHub takes it for a branch, and the launch fails",
            help=f"Write `{text}`",
            fix=Fix("Write the ref and the path", (edit,), Applicability.SAFE if safe else Applicability.UNSAFE),
        )


class _Parts(NamedTuple):
    """A ref and a path that were pasted together, and whether it is sure where the one ends."""

    ref: str
    path: str
    sure: bool


def _shown(text: str) -> str:
    return text if len(text) < 60 else text[:57] + "..."


def _take_apart(rest: str, repo: Repository) -> _Parts:
    """`tree/main/docs`, `main/a.ipynb` or `main` as ref and path."""
    rest = rest.removeprefix("-/")  # GitLab's own pages
    found = PASTED.match(rest)
    pasted = bool(found)
    rest = (rest[found.end() :] if found else rest).strip("/")
    known = [ref for ref in repo.git.refs if rest == ref or rest.startswith(f"{ref}/")]
    if known:
        ref = max(known, key=len)
        return _Parts(ref, rest[len(ref) :].strip("/"), True)
    ref, _, path = rest.partition("/")
    if not pasted and path and not names_a_file(f"x/{path}"):
        return _Parts(rest, "", True)
    return _Parts(ref, path, "/" not in path)
