"""LNK: addresses and images of Binder's first years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import DEAD_HOSTS, LEGACY_HOSTS, MYBINDER, Route
from binderlint.files.links import Link
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class BadgeLegacyHost(Rule):
    """A link uses an address from Binder's first years.

    `beta.mybinder.org` only redirects to mybinder.org, and `mybinder.org/repo/<user>/<repository>` redirects to the branch `master`, whatever the default branch is called today. Both depend on
    redirects that may end at any time.
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
            why="beta.mybinder.org",
        ),
        Bad(
            {"README.md": "[test it](http://mybinder.org:/repo/ada/waves/notebooks/a%20b.ipynb)"},
            at="README.md:1:31",
            fixed={"README.md": "[test it](https://mybinder.org/v2/gh/ada/waves/master?urlpath=notebooks/a%20b.ipynb)"},
            why="The first form of launch links",
        ),
        Bad(
            {"README.rst": "`test it <https://mybinder.org/repo/ada/waves>`_\n"},
            at="README.rst:1:31",
            git=Git(origin="gh/Ada/waves", refs=frozenset({"main"}), complete=True),
            fixed={"README.rst": "`test it <https://mybinder.org/v2/gh/ada/waves/HEAD>`_\n"},
            why="The first form of launch links, in reStructuredText",
        ),
        Bad(
            {"README.md": "[x](https://static.mybinder.org/v2/gh/ada/waves/main)\n"},
            at="README.md:1:13",
            fixed={"README.md": "[x](https://mybinder.org/v2/gh/ada/waves/main)\n"},
            why="static.mybinder.org",
        ),
        Good(
            {"README.md": "![Binder](https://static.mybinder.org/badge_logo.svg)\n"},
            why="The badge image, which is there",
        ),
        Good({"README.md": "`http://beta.mybinder.org/v2/gh/ada/waves/main`\n"}, why="In code"),
        Good({"README.md": "[x](https://mybinder.org/v2/gh/repo/beta/main)\n"}, why="Names that contain these words"),
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
    """A badge or link to mybinder.org uses http.

    mybinder.org redirects to https. On a page that uses https, browsers warn about a badge image that does not, or hide it.
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
            why="An image and a link with http",
        ),
        Bad(
            {"README.rst": ".. _Binder: HTTP://mybinder.org\n"},
            at="README.rst:1:13",
            fixed={"README.rst": ".. _Binder: https://mybinder.org\n"},
            why="A link in reStructuredText, in capital letters",
        ),
        Good(
            {"README.md": "[x](http://binder.pangeo.io/v2/gh/ada/waves/main)\n"},
            why="A hub that was shut down, which badge-dead-host reports",
        ),
        Good(
            {"README.md": "[x](http://binder.lab.example.edu/v2/gh/ada/waves/main)\n"},
            why="A hub that may not have https",
        ),
        Good(
            {"README.md": "![x](http://mybinder.org/badge.svg)\n"},
            why="An old badge image, which badge-old-image reports",
        ),
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
    """A badge image is outdated or missing.

    `badge.svg` is the grey badge that mybinder.org keeps for old READMEs; `badge_logo.svg` is today's. An image on a hub that was shut down appears as a broken picture.
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
            why="The grey badge",
        ),
        Bad(
            {"docs/a.html": '<img src="https://mybinder.org/assets/images/badge.svg">\n'},
            at="docs/a.html:1:11",
            fixed={"docs/a.html": '<img src="https://mybinder.org/badge_logo.svg">\n'},
            why="The grey badge in HTML",
        ),
        Bad(
            {"README.rst": ".. |binder| image:: https://binder.pangeo.io/badge_logo.svg\n"},
            at="README.rst:1:21",
            severity=Severity.WARNING,
            fixed={"README.rst": ".. |binder| image:: https://mybinder.org/badge_logo.svg\n"},
            why="An image on a hub that was shut down",
        ),
        Bad(
            {
                "README.md": "[one](https://mybinder.org/v2/gh/ada/waves/main)\n[![two](https://binder.pangeo.io/badge.svg)](https://binder.pangeo.io/v2/gh/ada/waves/main)\n"
            },
            at="README.md:2:9",
            severity=Severity.WARNING,
            why="Two badges, one on a hub that was shut down",
        ),
        Good({"README.md": "![Binder](https://mybinder.org/badge_logo.svg)\n"}, why="Today's badge"),
        Good(
            {"README.md": "![Binder](https://img.shields.io/badge/launch-binder-red.svg)\n"},
            why="A badge made elsewhere",
        ),
        Good({"README.md": "![Binder](https://binder.example.edu/badge.svg)\n"}, why="The badge of another hub"),
        Good(
            {"README.md": "![Binder](https://static.mybinder.org/badge_logo.svg)\n"},
            why="Today's badge on another address",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in repo.links:
            if not link.live or link.address.route is not Route.BADGE or not _is_old(link):
                continue
            hub = link.address.hub
            gone = hub in DEAD_HOSTS or hub == "notebooks.gesis.org"
            goes = hub in DEAD_HOSTS and any(_is_left(other, link, repo) for other in repo.links)
            yield self.at(
                link.url,
                f"The image on `{hub}` is gone: readers see a broken picture"
                if gone
                else "This is Binder's old badge image",
                help=f"Use https://{MYBINDER}/badge_logo.svg",
                severity=Severity.WARNING if gone else None,
                fix=None
                if goes
                else Fix("Use today's image", (replace(link.url, f"https://{MYBINDER}/badge_logo.svg"),)),
            )


_OLD_IMAGE = regex(r"/(?:(?:binder/)?(?:static/|assets/)?(?:images/)?)?badge\.svg$")


def _is_left(link: Link, image: Link, repo: Repository) -> bool:
    """Whether a link near an image leads to the same dead hub and stays, because its launch is offered on another hub already."""
    here, there = link.url.place, image.url.place
    if link.address.hub not in DEAD_HOSTS or here.path != there.path or abs(here.line - there.line) > 1:
        return False
    return any(
        other.live and other.address.hub not in DEAD_HOSTS and other.onwards("lead") == link.onwards("lead")
        for other in repo.links
        if other.url.place.path == here.path and other.launches
    )


def _legacy_branch(link: Link, repo: Repository) -> str:
    gone = link.launches_repository(repo) and repo.git.complete and "master" not in repo.git.refs
    return "HEAD" if gone else "master"


def _is_old(link: Link) -> bool:
    """Whether a badge image is the old one, or on a host that has none any more."""
    hub, path = link.address.hub, link.address.lead
    if hub in DEAD_HOSTS or hub == "notebooks.gesis.org" or hub == "beta.mybinder.org":
        return True
    return hub.endswith(MYBINDER) and bool(_OLD_IMAGE.match(path))
