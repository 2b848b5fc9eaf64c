"""LNK: which hub links name: one that is gone, one visitor's server, one member of a federation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import DEAD_HOSTS, MEMBER_HOSTS, MYBINDER, Route
from binderlint.files.links import Link, Where
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves")


class BadgeDeadHost(Rule):
    """A badge or link points to a BinderHub that was shut down.

    Pangeo's hubs were shut down in December 2021, and several members have left mybinder.org. Visitors who click on such a link get a browser error. The rest of the address is the same on every
    BinderHub, so the fix only changes the host.

    mybinder.org gives 2 GB of memory and no dask cluster: notebooks that needed Pangeo's cluster must be made smaller. If the same file has a link to mybinder.org with the same rest, there is
    no fix: remove the dead link. A link that does not launch anything is an info.
    """

    code = "LNK001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("pangeo-data/pangeo-binder#195", "jupyterhub/mybinder.org-deploy@bfc7102a", "ioos/ioos_code_lab#69")
    examples = (
        Bad(
            {
                "README.md": "# Waves\n[![Binder](https://img.shields.io/badge/launch-binder-blue)](http://binder.pangeo.io/v2/gh/ada/waves/main?urlpath=lab%2Ftree)\n"
            },
            at="README.md:2:69",
            fixed={
                "README.md": "# Waves\n[![Binder](https://img.shields.io/badge/launch-binder-blue)](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab%2Ftree)\n"
            },
            why="A badge for Pangeo's hub",
        ),
        Bad(
            {
                "docs/start.rst": ".. image:: https://mybinder.org/badge_logo.svg\r\n   :target: https://ovh.mybinder.org/v2/gh/ada/waves/main\r\n"
            },
            at="docs/start.rst:2:21",
            fixed={
                "docs/start.rst": ".. image:: https://mybinder.org/badge_logo.svg\r\n   :target: https://mybinder.org/v2/gh/ada/waves/main\r\n"
            },
            why="A member that left, in reStructuredText with Windows line endings",
        ),
        Bad(
            {
                "a.ipynb": '{"cells": [{"cell_type": "markdown", "source": ["Run:\\n", "<a href=\\"https://gke.mybinder.org/v2/gh/ada/waves/main\\">here</a>"]}]}'
            },
            at="a.ipynb:1:78",
            fixed={
                "a.ipynb": '{"cells": [{"cell_type": "markdown", "source": ["Run:\\n", "<a href=\\"https://mybinder.org/v2/gh/ada/waves/main\\">here</a>"]}]}'
            },
            why="A member that left, in a notebook",
        ),
        Bad(
            {
                "README.md": "[mybinder](https://mybinder.org/v2/gh/ada/waves/main) [pangeo](https://binder.pangeo.io/v2/gh/ada/waves/main)"
            },
            at="README.md:1:72",
            why="Two links, one of them dead",
        ),
        Bad(
            {"index.md": "Runs on the [hub](https://binder.pangeo.io) of Pangeo.\n"},
            at="index.md:1:27",
            severity=Severity.INFO,
            why="A link to the hub that launches nothing",
        ),
        Bad(
            {
                "conf.py": "nbsphinx_prolog = '''\n.. _run: https://binder.pangeo.io/v2/gh/ada/waves/main?filepath={{ env.docname }}\n'''\n"
            },
            at="conf.py:2:18",
            fixed={
                "conf.py": "nbsphinx_prolog = '''\n.. _run: https://mybinder.org/v2/gh/ada/waves/main?filepath={{ env.docname }}\n'''\n"
            },
            why="A template in conf.py",
        ),
        Good(
            {"README.md": "The hub https://binder.pangeo.io was shut down in 2021.\n"},
            why="A sentence about the shutdown",
        ),
        Good(
            {"README.md": "https://binder.pangeo.io/v2/gh/ada/waves/main worked until the hub was shut down.\n"},
            why="A sentence about the shutdown, with a launch link",
        ),
        Good(
            {"README.md": "[binder.pangeo.io](https://binder.pangeo.io) is no longer available.\n"},
            why="A sentence about the shutdown, with a link to the hub",
        ),
        Good(
            {"CHANGELOG.md": "- moved from [here](https://binder.pangeo.io/v2/gh/ada/waves/main) to mybinder.org\n"},
            why="A changelog",
        ),
        Good({"README.md": "```\nhttps://binder.pangeo.io/v2/gh/ada/waves/main\n```\n"}, why="In code"),
        Good({"README.md": "[x](https://binder.pangeo.io/v2/gh/USER/REPO/BRANCH)\n"}, why="An example for the reader"),
        Good(
            {"README.md": "[x](https://gesis.mybinder.org/v2/gh/ada/waves/main)\n"},
            why="A member of mybinder.org that exists",
        ),
        Good({"README.md": "[x](https://binder.example.edu/v2/gh/ada/waves/main)\n"}, why="Another hub"),
        Good(
            {"docs/index.html": "<a href='https://ovh.mybinder.org/v2/gh/a/b/c'>x</a>", "docs/searchindex.js": ""},
            why="Generated documentation",
        ),
        Good({"tests/data/README.md": "[x](https://binder.pangeo.io/v2/gh/ada/waves/main)\n"}, why="Test data"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        links = [link for link in repo.links if link.live]
        claimed = {_rest(link): link.address.hub for link in links if link.address.hub not in DEAD_HOSTS}
        for link in links:
            hub = link.address.hub
            why = DEAD_HOSTS.get(hub)
            if why is None:
                continue
            if link.address.route is Route.HOME and link.where is Where.LINK and not _tells_of_the_end(link):
                yield self.at(
                    link.text("host"),
                    f"Nobody answers at `{hub}` any more: {why}",
                    help="Name mybinder.org or another hub that runs",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
            if not link.launches or (link.where is Where.BARE and _tells_of_the_end(link)):
                continue
            message = f"The launch fails, since nobody answers at `{hub}` any more: {why}"
            if claimed.setdefault(_rest(link), hub) != hub:
                yield self.at(
                    link.text("host"),
                    message,
                    help="Remove this link: the same one for another hub stands in this file",
                )
                continue
            yield self.at(
                link.text("host"),
                message,
                help="Launch on mybinder.org; it gives 2 GB of memory and no dask cluster",
                fix=Fix(f"Launch on {MYBINDER}", (replace(link.text("scheme", "base"), f"https://{MYBINDER}"),)),
            )


class BadgeSessionUrl(Rule):
    """A link goes to one visitor's server.

    `https://hub.<hub>/user/...` is the address of a server that was started for one visitor and is deleted after ten minutes without use. For everybody else, and later, it is an error. Share the launch
    link instead: `https://mybinder.org/v2/gh/<owner>/<repository>/HEAD`.

    ## Fix safety

    The fix writes the launch link for the newest state of this repository. It is unsafe, because the server may have run another branch.
    """

    code = "LNK002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/mybinder.org-deploy#1232",)
    examples = (
        Bad(
            {"README.md": "Try [it](https://hub.mybinder.org/user/ada-waves-huwjm759/notebooks/index.ipynb).\n"},
            at="README.md:1:10",
            git=_OURS,
            fixed={"README.md": "Try [it](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=notebooks/index.ipynb).\n"},
            why="A link to a server on mybinder.org",
        ),
        Bad(
            {"README.md": "<https://hub.gke2.mybinder.org/user/ada-waves-huwjm759/lab?token=x>\n"},
            at="README.md:1:2",
            git=_OURS,
            fixed={"README.md": "<https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab>\n"},
            why="With a token",
        ),
        Bad(
            {"README.md": "see https://hub.binder.pangeo.io/user/grace-tides-0b1c2d3e/lab.\n"},
            at="README.md:1:5",
            git=_OURS,
            why="A server of another repository",
        ),
        Good({"a.py": "# from https://hub.mybinder.org/user/ada-waves-huwjm759/tree\n"}, why="In a comment in code"),
        Good(
            {
                "a.ipynb": '{"cells": [{"cell_type": "code", "source": "# https://hub.mybinder.org/user/ada-waves-huwjm759/"}]}'
            },
            why="In a comment in a notebook",
        ),
        Good(
            {"README.md": "[x](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab/tree/user/a.ipynb)\n"},
            why="A launch link with the word user",
        ),
        Good({"README.md": "[hub](https://jupyter.example.edu/user/ada/lab)\n"}, why="A hub that is not a BinderHub"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in repo.links:
            if link.address.route is not Route.SESSION or not link.live:
                continue
            found = _SESSION.search(link.address.lead)
            fix = None
            if found and repo.git.origin and _slug(repo.git.origin).startswith(found[1].lower()):
                opened = f"?urlpath={found[2]}" if _INTERFACE.match(found[2]) else ""
                url = f"https://{MYBINDER}/v2/{repo.git.origin}/HEAD{opened}"
                if not repo.git.origin.startswith("gl/"):
                    fix = Fix("Link to a launch", (replace(link.url, url),), Applicability.UNSAFE)
            yield self.at(
                link.url,
                "This is the address of one visitor's server, which is long gone: the link gives an error",
                help=f"Link to a launch: https://{MYBINDER}/v2/gh/<owner>/<repository>/HEAD",
                fix=fix,
            )


class BadgeMemberHost(Rule):
    """A link goes to a single member of mybinder.org.

    mybinder.org sends each visitor to a member of its federation that works and has room. A link to one member bypasses this: it fails whenever that member is down or full, and permanently when it
    leaves, as several have. `notebooks.gesis.org/binder` is an older address of one of them.

    If links to several hubs are listed together, readers are meant to choose, so this is only an info.
    """

    code = "LNK011"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("eds-book/eds-book#195", "jupyterhub/mybinder.org-deploy@bfc7102a")
    examples = (
        Bad(
            {"README.md": "[run](https://notebooks.gesis.org/binder/v2/gh/ada/waves/main?urlpath=lab)\n"},
            at="README.md:1:15",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab)\n"},
            why="An older address of a member",
        ),
        Bad(
            {"README.rst": "`run <http://gesis.mybinder.org/v2/gh/ada/waves/main>`_\n"},
            at="README.rst:1:14",
            fixed={"README.rst": "`run <https://mybinder.org/v2/gh/ada/waves/main>`_\n"},
            why="A member in reStructuredText",
        ),
        Bad(
            {
                "README.md": "[one](https://mybinder.org/v2/gh/ada/waves/main) [two](https://2i2c.mybinder.org/v2/gh/ada/waves/main)\n"
            },
            at="README.md:1:64",
            severity=Severity.INFO,
            why="Links to several hubs",
        ),
        Good(
            {"README.md": "[GESIS](https://notebooks.gesis.org/binder/) runs a hub.\n"},
            why="A link that launches nothing",
        ),
        Good({"README.md": "[run](https://notebooks.gesis.org/hub/v2/api)\n"}, why="Another service on the same host"),
        Good({"README.md": "[run](https://binder.example.edu/v2/gh/ada/waves/main)\n"}, why="Another hub"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        links = [link for link in repo.links if link.live and link.address.route is Route.LAUNCH]
        for link in links:
            hub = link.address.hub
            if hub not in MEMBER_HOSTS or (hub == "notebooks.gesis.org" and link.address.base != "/binder"):
                continue
            choice = any(other.address.hub != hub and _rest(other) == _rest(link) for other in links)
            yield self.at(
                link.text("host", "base"),
                f"This launches on one member of {MYBINDER} only: it fails whenever that member is down, full or has left",
                help=f"Write `{MYBINDER}`, which chooses a member that works",
                severity=Severity.INFO if choice else None,
                fix=None
                if choice
                else Fix(f"Launch on {MYBINDER}", (replace(link.text("scheme", "base"), f"https://{MYBINDER}"),)),
            )


_SESSION = regex(r"/user/([^/]*?)(?:-[a-z0-9]{6,10})?(?:/|$)(.*)", re.DOTALL)


_INTERFACE = regex(r"(?:lab|notebooks|tree|doc|edit|rstudio|voila)(?:/|$)")


_END = regex(
    r"shut(?:ting)? ?down|switched off|turned off|no longer|not (?:available|running)|retired|outage|offline|decommission|discontinu|defunct|dead|gone|closed|deprecated|was\b|formerly|previously",
    re.IGNORECASE,
)


def _rest(link: Link) -> tuple[str, str, str]:
    """What two links to the same launch on different hubs share, and their file."""
    return link.url.place.path, str(link.onwards("lead")), link.address.fragment


def _tells_of_the_end(link: Link) -> bool:
    place = link.url.place
    return bool(_END.search(place.source.text[slice(*place.source.line(place.line))]))


def _slug(origin: str) -> str:
    """The start of a server's name for a repository (binderhub/launcher.py, unique_name_from_repo)."""
    return re.sub(r"[^a-z0-9]+", "-", origin.partition("/")[2].lower()).strip("-")
