"""LNK: addresses of the running server, and paths of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.interfaces import missing_interface
from binderlint.files.refs import opening_here
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main", "v1.0"}), complete=True)


class BadgeUnknownRoute(Rule):
    """A launch link confuses files and addresses of the server.

    `urlpath` is an address of the running server: `lab`, `lab/tree/<path>`, `rstudio`. A file name there gives `404: Not Found`. `labpath` and `filepath` are paths of files: `labpath=rstudio` looks for a
    file of that name.
    """

    code = "LNK023"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:js/packages/binderhub-client/lib/spec.js",)
    examples = (
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=%2Findex.ipynb)\n",
                "index.ipynb": "{}",
            },
            at="README.md:1:57",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/index.ipynb)\n"},
            why="A file in urlpath",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=notes)\n", "notes/a.ipynb": "{}"},
            at="README.md:1:57",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/notes)\n"},
            why="A folder in urlpath",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=rstudio)\n"},
            at="README.md:1:49",
            git=_OURS,
            why="An address in labpath",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=rstudio)\n",
                "runtime.txt": "r-4.4-2025-01-01\n",
            },
            at="README.md:1:49",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=rstudio)\n"},
            why="RStudio in labpath, in an R repository",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=lab/tree/a.ipynb)\n",
                "a.ipynb": "{}",
            },
            at="README.md:1:49",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/a.ipynb)\n"},
            why="lab/tree in filepath",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=lab)\n", "lab/a.ipynb": "{}"},
            git=_OURS,
            why="A folder called lab",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=myapp/)\n"},
            git=_OURS,
            why="An address that an extension may provide",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=tree)\n", "tree/a": ""},
            git=_OURS,
            why="A folder called tree, which is also an address",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/grace/tides/main?urlpath=notes)\n", "notes/a.ipynb": "{}"},
            git=_OURS,
            why="Another repository",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in opening_here(repo):
            target = link.address.target
            if target is None or not isinstance(target.value, Text) or not isinstance(target.name, Text):
                continue
            path = target.decoded.strip("/")
            if target.name == "urlpath":
                if path and _SERVED.match(path) is None and repo.exists(path):
                    start = re.match("(?:/|%2F)*", target.value, re.IGNORECASE)
                    assert start
                    yield self.at(
                        target.value,
                        f"`{path}` is a path of the repository, and no address of the server: visitors get `404: Not Found`",
                        help=f"Write `urlpath=lab/tree/{path}`",
                        fix=Fix("Open it in JupyterLab", (replace(target.value.part(0, start.end()), "lab/tree/"),)),
                    )
            elif _ADDRESSES.fullmatch(path) and not repo.exists(path):
                yield self.at(
                    target.name,
                    f"`{target.name}` names a file: `{path}` is looked for as one, and not found",
                    help=f"Write `urlpath={path}`",
                    fix=None
                    if missing_interface(path, repo)
                    else Fix("Write `urlpath`", (replace(target.name, "urlpath"),)),
                )


# Addresses that a Jupyter server has, or that a common extension adds.
_SERVED = regex(
    r"(?:lab|tree|doc|notebooks|edit|files|view|nbconvert|terminals|consoles|api|user|hub|static|nbextensions|nbclassic|retro|rise|voila|proxy|apps|rstudio|shiny|git-pull|git-sync|panel|vscode|code-server|desktop|nteract|stencila|pluto)(?:[/?]|$)"
)
_ADDRESSES = regex(r"rstudio|lab|tree|vscode|shiny(?:/.*)?|lab/tree/.+|voila/render/.+|git-pull\?.*", re.DOTALL)
