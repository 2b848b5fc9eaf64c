"""badge-unknown-route: A launch link confuses files and addresses of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from binderlint.changes.edits import replace
from binderlint.facts.launch.interfaces import missing_interface
from binderlint.facts.launch.refs import opening_here
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeUnknownRoute(Rule):
    code = "LNK023"
    severity = Severity.ERROR
    level = Level.RUN
    needs_git = True

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for link in opening_here(repo):
            target = link.address.target
            if target is None or not isinstance(target.value, Text) or not isinstance(target.name, Text):
                continue
            path = target.decoded.strip("/")
            if target.name == "urlpath" and (site := _SITE.match(target.decoded)):
                file = _BLOB.fullmatch(target.decoded)
                here = f"lab/tree/{quote(file[1])}" if file and repo.exists(file[1]) else ""
                yield self.at(
                    target.value,
                    f"This sends visitors to `{site[1]}` instead of their session, and gives that site the key to it",
                    help=f"Use `urlpath={here}`" if here else "Use `labpath` and the path of a file in the repository",
                    fix=Fix("Open the file in JupyterLab", (replace(target.value, here),)) if here else None,
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
            elif _ADDRESSES.fullmatch(path) and not repo.exists(path):
                yield self.at(
                    target.name,
                    f"`{target.name}` must name a file. Binder looks for a file `{path}` and does not find it",
                    help=f"Use `urlpath={path}`",
                    fix=None
                    if missing_interface(path, repo)
                    else Fix("Use `urlpath`", (replace(target.name, "urlpath"),)),
                )


# An address of its own: `new URL(urlpath, server)` takes it as it is and appends the token (binderhub-client, lib/spec.js).
_SITE = regex(r"https?:/{2,}([\w.:-]+)(?:[/?#]|$)", re.IGNORECASE | re.ASCII)
_BLOB = regex(r"https?://github\.com/[^/]+/[^/]+/(?:blob|tree)/[^/]+/([^?#]+)", re.IGNORECASE)

# Addresses that a Jupyter server has, or that a common extension adds.
_SERVED = regex(
    r"(?:lab|tree|doc|notebooks|edit|files|view|nbconvert|terminals|consoles|api|user|hub|static|nbextensions|nbclassic|retro|rise|voila|proxy|apps|rstudio|shiny|git-pull|git-sync|panel|vscode|code-server|desktop|nteract|stencila|pluto)(?:[/?]|$)"
)


_ADDRESSES = regex(r"rstudio|lab|tree|vscode|shiny(?:/.*)?|lab/tree/.+|voila/render/.+|git-pull\?.*", re.DOTALL)
