"""badge-unknown-route: A launch link confuses files and addresses of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from binderlint.changes.edits import replace
from binderlint.facts.launch.interfaces import missing_interface
from binderlint.facts.launch.links import Link
from binderlint.facts.launch.refs import opening_here
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import is_page
from binderlint.snapshot import Snapshot
from binderlint.source import Text


def _there(repo: Snapshot, path: str) -> str:
    """The file of the repository that follows the name of a page, or the address that a page of Jupyter has there; empty for none."""
    return next((one for one in (path, path.partition("/")[2]) if one and repo.exists(one)), "")


class BadgeUnknownRoute(Rule):
    code = "LNK023"
    severity = Severity.ERROR
    level = Level.RUN
    needs_git = True

    @about(opening_here)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            target = link.address.target
            if target is None or not isinstance(target.value, Text) or not isinstance(target.name, Text):
                continue
            path = target.decoded.strip("/")
            if target.name == "urlpath" and (site := _SITE.match(target.decoded.lstrip("/"))):
                blob = _BLOB.fullmatch(target.decoded)
                here = f"lab/tree/{quote(blob[1])}" if blob and repo.exists(blob[1]) else ""
                yield self.at(
                    target.value,
                    f"This sends visitors to `{site[1]}` instead of their session, and gives that site the key to it",
                    help=f"Use `urlpath={here}`" if here else "Use `labpath` and the path of a file in the repository",
                    fix=Fix("Open the file in JupyterLab", (replace(target.value, here),)) if here else None,
                )
            elif (
                target.name == "urlpath" and (wrong := _WRONG.match(path)) and (file := _there(repo, unquote(wrong[2])))
            ):
                right = f"{_PAGES[wrong[1]]}/{quote(file)}"
                lab = wrong[1] == "lab"
                effect = "JupyterLab says so and opens without the file" if lab else "visitors get `404: Not Found`"
                yield self.at(
                    target.value,
                    f"The server has no address `{path}`, so {effect}",
                    help=f"Use `urlpath={right}`",
                    severity=Severity.WARNING if lab else None,
                    fix=Fix(f"Use `{right}`", (replace(target.value, right),)),
                )
            elif target.name == "urlpath":
                if path and _SERVED.match(path) is None and repo.exists(path):
                    start = re.match("(?:/|%2F)*", target.value, re.IGNORECASE)
                    assert start
                    yield self.at(
                        target.value,
                        f"`{path}` is a path in the repository, not an address of the server, so visitors get `404: Not Found`",
                        help=f"Use `urlpath=lab/tree/{path}`",
                        fix=Fix("Open it in JupyterLab", (replace(target.value.part(0, start.end()), "lab/tree/"),)),
                    )
            elif is_page(path) and not repo.exists(path):
                yield self.at(
                    target.name,
                    f"`{target.name}` must name a file. Binder looks for a file `{path}` and does not find it",
                    help=f"Use `urlpath={path}`",
                    fix=None
                    if missing_interface(path, repo)
                    else Fix("Use `urlpath`", (replace(target.name, "urlpath"),)),
                )


# An address of its own: `new URL(urlpath, server)` takes it as it is and appends the token (binderhub-client, lib/spec.js).
_SITE = regex(r"(?:https?:[/\\]{2,}|\\[/\\])([\w.:-]+)(?:[/\\?#]|$)", re.IGNORECASE | re.ASCII)
_BLOB = regex(r"https?://github\.com/[^/]+/[^/]+/(?:blob|tree)/[^/]+/([^?#]+)", re.IGNORECASE)

# A file below a page that shows files under another address (JupyterLab 4.6, voila 0.5 and Notebook 7.6, asked).
_PAGES = {"lab": "lab/tree", "doc": "doc/tree", "voila": "voila/render"}
_WRONG = regex(r"(lab|doc|voila)/(?!tree/|render/|workspaces/)([^?#]+)")

# Addresses that a Jupyter server has, or that a common extension adds.
_SERVED = regex(
    r"(?:lab|tree|doc|notebooks|edit|files|view|nbconvert|terminals|consoles|api|user|hub|static|nbextensions|nbclassic|retro|rise|voila|proxy|apps|rstudio|shiny|git-pull|git-sync|panel|vscode|code-server|desktop|nteract|stencila|pluto)(?:[/?]|$)"
)
