"""LNK: the hosts that badges and launch links name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import DEAD_HOSTS, LEGACY_HOSTS, MEMBER_HOSTS, MYBINDER, Route
from binderlint.files.links import Link, Where
from binderlint.git import Git
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves")


class BadgeDeadHost(Rule):
    """A badge or link names a BinderHub that is gone.

    Pangeo's hubs were switched off in December 2021, and several members have left mybinder.org. Whoever clicks on such a link gets an
    error of the browser. The rest of the address is the same on every BinderHub, so the fix changes the host only.

    mybinder.org gives 2 GB of memory and no dask cluster: what needed Pangeo's cluster must be made smaller. Where a link to mybinder.org with the same
    rest stands in the same file there is nothing to fix: remove the dead one. A mention of a dead hub without a launch is only noted.
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
        ),
        Bad(
            {
                "docs/start.rst": ".. image:: https://mybinder.org/badge_logo.svg\r\n   :target: https://ovh.mybinder.org/v2/gh/ada/waves/main\r\n"
            },
            at="docs/start.rst:2:21",
            fixed={
                "docs/start.rst": ".. image:: https://mybinder.org/badge_logo.svg\r\n   :target: https://mybinder.org/v2/gh/ada/waves/main\r\n"
            },
        ),
        Bad(
            {
                "a.ipynb": '{"cells": [{"cell_type": "markdown", "source": ["Run:\\n", "<a href=\\"https://gke.mybinder.org/v2/gh/ada/waves/main\\">here</a>"]}]}'
            },
            at="a.ipynb:1:78",
            fixed={
                "a.ipynb": '{"cells": [{"cell_type": "markdown", "source": ["Run:\\n", "<a href=\\"https://mybinder.org/v2/gh/ada/waves/main\\">here</a>"]}]}'
            },
        ),
        Bad(
            {
                "README.md": "[mybinder](https://mybinder.org/v2/gh/ada/waves/main) [pangeo](https://binder.pangeo.io/v2/gh/ada/waves/main)"
            },
            at="README.md:1:72",
        ),
        Bad(
            {"index.md": "Runs on the [hub](https://binder.pangeo.io) of Pangeo.\n"},
            at="index.md:1:27",
            severity=Severity.INFO,
        ),
        Bad(
            {
                "conf.py": "nbsphinx_prolog = '''\n.. _run: https://binder.pangeo.io/v2/gh/ada/waves/main?filepath={{ env.docname }}\n'''\n"
            },
            at="conf.py:2:18",
            fixed={
                "conf.py": "nbsphinx_prolog = '''\n.. _run: https://mybinder.org/v2/gh/ada/waves/main?filepath={{ env.docname }}\n'''\n"
            },
        ),
        Good({"README.md": "The hub https://binder.pangeo.io was shut down in 2021.\n"}, why="prose about the outage"),
        Good(
            {"README.md": "[binder.pangeo.io](https://binder.pangeo.io) is no longer available.\n"},
            why="prose about the outage",
        ),
        Good(
            {"CHANGELOG.md": "- moved from [here](https://binder.pangeo.io/v2/gh/ada/waves/main) to mybinder.org\n"},
            why="a changelog tells what was",
        ),
        Good({"README.md": "```\nhttps://binder.pangeo.io/v2/gh/ada/waves/main\n```\n"}, why="code is not clicked on"),
        Good({"README.md": "[x](https://binder.pangeo.io/v2/gh/USER/REPO/BRANCH)\n"}, why="an example for the reader"),
        Good({"README.md": "[x](https://gesis.mybinder.org/v2/gh/ada/waves/main)\n"}, why="a member that is there"),
        Good({"README.md": "[x](https://binder.example.edu/v2/gh/ada/waves/main)\n"}, why="a hub of one's own"),
        Good(
            {"docs/index.html": "<a href='https://ovh.mybinder.org/v2/gh/a/b/c'>x</a>", "docs/searchindex.js": ""},
            why="built documentation: its source is what to change",
        ),
        Good({"tests/data/README.md": "[x](https://binder.pangeo.io/v2/gh/ada/waves/main)\n"}, why="data of a test"),
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
            if not link.launches:
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
    """A link leads to the server of one visitor.

    `https://hub.<hub>/user/...` is the address of a server that was started for one visitor and is deleted when it is left alone for ten minutes.
    To everyone else, and later, it gives an error. What to share is the launch link, `https://mybinder.org/v2/gh/<owner>/<repository>/HEAD`.

    ## Fix safety

    The fix writes the launch link of the newest state of this repository. That is unsafe because the server may have run another branch.
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
        ),
        Bad(
            {"README.md": "<https://hub.gke2.mybinder.org/user/ada-waves-huwjm759/lab?token=x>\n"},
            at="README.md:1:2",
            git=_OURS,
            fixed={"README.md": "<https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab>\n"},
        ),
        Bad(
            {"README.md": "see https://hub.binder.pangeo.io/user/grace-tides-0b1c2d3e/lab.\n"},
            at="README.md:1:5",
            git=_OURS,
        ),
        Good({"a.py": "# from https://hub.mybinder.org/user/ada-waves-huwjm759/tree\n"}, why="a note in code"),
        Good(
            {
                "a.ipynb": '{"cells": [{"cell_type": "code", "source": "# https://hub.mybinder.org/user/ada-waves-huwjm759/"}]}'
            },
            why="a note in the code of a notebook",
        ),
        Good({"README.md": "[x](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab/tree/user/a.ipynb)\n"}),
        Good({"README.md": "[hub](https://jupyter.example.edu/user/ada/lab)\n"}, why="no BinderHub"),
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


class BadgeLegacyHost(Rule):
    """A link uses an address of the first years of Binder.

    `beta.mybinder.org` only sends visitors on to mybinder.org, and `mybinder.org/repo/<user>/<repository>` to the branch `master`, whatever the
    default branch is called today. Both depend on redirects that nobody needs to keep.
    """

    code = "LNK003"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/binderhub:binderhub/main.py", "jupyterhub/mybinder.org-user-guide#102")
    examples = (
        Bad(
            {
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](http://beta.mybinder.org/v2/gh/ada/waves/v1?filepath=a.ipynb)\n"
            },
            at="README.md:1:57",
            fixed={
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/v1?filepath=a.ipynb)\n"
            },
        ),
        Bad(
            {"README.md": "[test it](http://mybinder.org:/repo/ada/waves/notebooks/a%20b.ipynb)"},
            at="README.md:1:31",
            fixed={"README.md": "[test it](https://mybinder.org/v2/gh/ada/waves/master?urlpath=notebooks/a%20b.ipynb)"},
        ),
        Bad(
            {"README.rst": "`test it <https://mybinder.org/repo/ada/waves>`_\n"},
            at="README.rst:1:31",
            git=Git(origin="gh/Ada/waves", refs=frozenset({"main"}), complete=True),
            fixed={"README.rst": "`test it <https://mybinder.org/v2/gh/ada/waves/HEAD>`_\n"},
        ),
        Bad(
            {"README.md": "[x](https://static.mybinder.org/v2/gh/ada/waves/main)\n"},
            at="README.md:1:13",
            fixed={"README.md": "[x](https://mybinder.org/v2/gh/ada/waves/main)\n"},
        ),
        Good({"README.md": "![Binder](https://static.mybinder.org/badge_logo.svg)\n"}, why="the image is there"),
        Good({"README.md": "`http://beta.mybinder.org/v2/gh/ada/waves/main`\n"}, why="code is not clicked on"),
        Good({"README.md": "[x](https://mybinder.org/v2/gh/repo/beta/main)\n"}),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in repo.links:
            if not link.live or link.address.hub in DEAD_HOSTS:
                continue
            if link.address.route is Route.LEGACY:
                branch = _legacy_branch(link, repo)
                opened = link.address.ref.strip("/")
                url = f"https://{MYBINDER}/v2/gh/{link.address.repo}/{branch}" + (
                    f"?urlpath={opened}" if opened else ""
                )
                yield self.at(
                    link.text("lead"),
                    "This form of the address is that of the first Binder and always launches the branch `master`",
                    help="Write the address in today's form",
                    fix=Fix("Write the address in today's form", (replace(link.url, url),)),
                )
            elif link.address.hub in LEGACY_HOSTS and link.address.route in (Route.LAUNCH, Route.HOME):
                yield self.at(
                    link.text("host"),
                    f"`{link.address.hub}` is an old name of {MYBINDER} that lives on as a redirect only",
                    help=f"Write `{MYBINDER}`",
                    fix=Fix(f"Write {MYBINDER}", (replace(link.text("scheme", "base"), f"https://{MYBINDER}"),)),
                )


class BadgeInsecureHttp(Rule):
    """A badge or link to mybinder.org starts with http.

    mybinder.org answers with a redirect to https. On a page that is served with https, browsers warn of a badge image that is not, or leave it out.
    """

    code = "LNK004"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/mybinder.org-deploy",)
    examples = (
        Bad(
            {
                "README.md": "[![Binder](http://mybinder.org/badge_logo.svg)](http://mybinder.org/v2/gh/ada/waves/main)\n"
            },
            at=("README.md:1:12", "README.md:1:49"),
            fixed={
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/main)\n"
            },
        ),
        Bad(
            {"README.rst": ".. _Binder: HTTP://mybinder.org\n"},
            at="README.rst:1:13",
            fixed={"README.rst": ".. _Binder: https://mybinder.org\n"},
        ),
        Good({"README.md": "[x](http://binder.pangeo.io/v2/gh/ada/waves/main)\n"}, why="the host is what is wrong"),
        Good(
            {"README.md": "[x](http://binder.lab.example.edu/v2/gh/ada/waves/main)\n"},
            why="a hub that may have no https",
        ),
        Good({"README.md": "![x](http://mybinder.org/badge.svg)\n"}, why="badge-old-image writes it anew"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in repo.links:
            address = link.address
            if link.live and address.hub == MYBINDER and address.scheme.lower() == "http" and not address.port:
                if address.route in (Route.LAUNCH, Route.HOME) or (address.route is Route.BADGE and not _is_old(link)):
                    yield self.at(
                        link.text("scheme"),
                        f"{MYBINDER} is reached over https; this address needs a redirect, and a browser may block it",
                        help="Write `https`",
                        fix=Fix("Write https", (replace(link.text("scheme"), "https"),)),
                    )


class BadgeOldImage(Rule):
    """A badge image is of an old form or on a host that is gone.

    `badge.svg` is the grey badge that mybinder.org keeps for old READMEs; `badge_logo.svg` is today's. An image on a hub that is gone is shown as a
    broken picture.
    """

    code = "LNK005"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("dask/dask-tutorial#206", "jupyterhub/binderhub:binderhub/app.py")
    examples = (
        Bad(
            {"README.md": "[![Binder](http://mybinder.org/badge.svg)](https://mybinder.org/v2/gh/ada/waves/main)"},
            at="README.md:1:12",
            fixed={
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/main)"
            },
        ),
        Bad(
            {"docs/a.html": '<img src="https://mybinder.org/assets/images/badge.svg">\n'},
            at="docs/a.html:1:11",
            fixed={"docs/a.html": '<img src="https://mybinder.org/badge_logo.svg">\n'},
        ),
        Bad(
            {"README.rst": ".. |binder| image:: https://binder.pangeo.io/badge_logo.svg\n"},
            at="README.rst:1:21",
            severity=Severity.WARNING,
            fixed={"README.rst": ".. |binder| image:: https://mybinder.org/badge_logo.svg\n"},
        ),
        Good({"README.md": "![Binder](https://mybinder.org/badge_logo.svg)\n"}),
        Good(
            {"README.md": "![Binder](https://img.shields.io/badge/launch-binder-red.svg)\n"}, why="a badge of one's own"
        ),
        Good({"README.md": "![Binder](https://binder.example.edu/badge.svg)\n"}, why="the image of another hub"),
        Good({"README.md": "![Binder](https://static.mybinder.org/badge_logo.svg)\n"}),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in repo.links:
            if not link.live or link.address.route is not Route.BADGE or not _is_old(link):
                continue
            hub = link.address.hub
            gone = hub in DEAD_HOSTS or hub in MEMBER_HOSTS
            yield self.at(
                link.url,
                f"The image on `{hub}` is gone: readers see a broken picture"
                if gone
                else "This is Binder's old badge image",
                help=f"Use https://{MYBINDER}/badge_logo.svg",
                severity=Severity.WARNING if gone else None,
                fix=Fix("Use today's image", (replace(link.url, f"https://{MYBINDER}/badge_logo.svg"),)),
            )


_SESSION = re.compile(r"/user/([^/]*?)(?:-[a-z0-9]{6,10})?(?:/|$)(.*)", re.DOTALL)
_INTERFACE = re.compile(r"(?:lab|notebooks|tree|doc|edit|rstudio|voila)(?:/|$)")
_OLD_IMAGE = re.compile(r"/(?:(?:binder/)?(?:static/|assets/)?(?:images/)?)?badge\.svg$")
_END = re.compile(
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


def _legacy_branch(link: Link, repo: Repository) -> str:
    gone = link.launches_repository(repo) and repo.git.complete and "master" not in repo.git.refs
    return "HEAD" if gone else "master"


def _is_old(link: Link) -> bool:
    """Whether a badge image is the old one, or on a host that has none any more."""
    hub, path = link.address.hub, link.address.lead
    if hub in DEAD_HOSTS or hub == "notebooks.gesis.org" or hub == "beta.mybinder.org":
        return True
    return hub.endswith(MYBINDER) and bool(_OLD_IMAGE.match(path))
