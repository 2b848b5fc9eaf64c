"""LNK: the user interface that a launch link opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.edits import append, append_lines
from binderlint.files.interfaces import configuration, missing_interface
from binderlint.files.refs import opening_here
from binderlint.outside.git import Git
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main", "v1.0"}), complete=True)


class BadgeUiNotInstalled(Rule):
    """A launch link opens a user interface that is not installed.

    Binder installs Jupyter Notebook and JupyterLab. Voila, nbgitpuller, RStudio, a dashboard behind `proxy/` and others are extensions of the server that the repository must install. Without them
    visitors get `404: Not Found` after the launch.

    Nothing is reported if the configuration mentions a name like that of the extension, if a Dockerfile is built, if a package comes from an address and may install it, or for links to another
    repository or state.

    ## Fix safety

    The fix adds the package that provides the interface, which changes the environment.
    """

    code = "LNK018"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("pangeo-data/pangeo-binder#154", "podaac/AGU-2020#13", "jupyterhub/nbgitpuller#114")
    examples = (
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=voila%2Frender%2Fa.ipynb)\n",
                "environment.yml": "dependencies:\n  - python=3.12\n",
            },
            at="README.md:1:57",
            git=_OURS,
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n  - voila\n"},
            why="Voila",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=git-pull%3Frepo%3Dhttps://github.com/ada/content)\n",
                "requirements.txt": "numpy",
            },
            at="README.md:1:57",
            git=_OURS,
            fixed={"requirements.txt": "numpy\nnbgitpuller\n"},
            why="nbgitpuller",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=rstudio)\n",
                "requirements.txt": "numpy\n",
            },
            at="README.md:1:57",
            git=_OURS,
            why="RStudio",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=rstudio)\n",
                "runtime.txt": "r-4.4-2025-01-01\n",
            },
            git=_OURS,
            why="An R repository, which has RStudio",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=rstudio)\n",
                "environment.yml": "dependencies: [r-base=4.4, r-dplyr]\n",
            },
            git=_OURS,
            why="R from conda, which has RStudio",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=proxy/8501/)\n",
                "environment.yml": "dependencies: [python=3.12, pangeo-notebook]\n",
            },
            git=_OURS,
            why="Another package includes it",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=voila/render/a.ipynb)\n",
                "requirements.txt": "numpy\n",
                "postBuild": "#!/bin/bash\npip install voila\n",
            },
            git=_OURS,
            why="postBuild installs it",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=vscode)\n",
                "Dockerfile": "FROM ghcr.io/ada/base:1\n",
            },
            git=_OURS,
            why="An image whose content is not known",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/grace/tides/HEAD?urlpath=voila/render/a.ipynb)\n",
                "requirements.txt": "numpy\n",
            },
            git=_OURS,
            why="Another repository",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=panel/a)\n",
                "requirements.txt": "git+https://github.com/ada/apps@v1\n",
            },
            git=_OURS,
            why="A package from an address, which may install it",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab/tree/voila/a.ipynb)\n",
                "requirements.txt": "numpy\n",
            },
            git=_OURS,
            why="A folder whose name is that of an extension",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in opening_here(repo):
            target = link.address.target
            if target is None or target.name != "urlpath" or not isinstance(target.value, Text):
                continue
            interface = missing_interface(target.decoded, repo)
            if interface is None:
                continue
            package = interface.package
            edit = _add(package, repo) if package else None
            yield self.at(
                target.value,
                f"This opens {interface.title}, which the environment does not have: visitors get `404: Not Found`",
                help=f"Add `{package or interface.title}` to the environment",
                fix=Fix(f"Add `{package}`", (edit,), Applicability.UNSAFE) if edit else None,
            )


class BadgeRemovedUi(Rule):
    """A launch link opens a user interface that Binder no longer includes.

    repo2docker used to install nteract for everybody (until March 2023) and Stencila if it found a Stencila article (until November 2020). It no longer does, and such a link ends in `404: Not Found`. Open
    JupyterLab instead.
    """

    code = "LNK019"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker@5f383fd8",)
    examples = (
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=nteract/edit/a.ipynb)\n",
                "requirements.txt": "numpy\n",
            },
            at="README.md:1:57",
            git=_OURS,
            why="nteract",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=stencila)\n", "install.R": "1\n"},
            at="README.md:1:57",
            git=_OURS,
            why="Stencila",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=nteract/edit/a.ipynb)\n",
                "requirements.txt": "nteract_on_jupyter\n",
            },
            git=_OURS,
            why="The repository installs it",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/grace/tides/main?urlpath=nteract)\n"},
            git=_OURS,
            why="Another repository, which may install it",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/nteract)\n",
                "nteract/a": "",
            },
            git=_OURS,
            why="A folder of that name",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in opening_here(repo):
            target = link.address.target
            if target is None or target.name != "urlpath" or not isinstance(target.value, Text):
                continue
            gone = re.match(r"/*(nteract|stencila)\b", target.decoded, re.IGNORECASE)
            if gone and gone[1].lower() not in configuration(repo).lower():
                yield self.at(
                    target.value,
                    f"Binder no longer brings `{gone[1]}`: visitors get `404: Not Found`",
                    help="Open JupyterLab: `?urlpath=lab`",
                )


def _add(package: str, repo: Repository) -> Replace | None:
    if repo.conda_dependencies is not None:
        return append(repo.conda_dependencies, package)
    requirements = repo.used("requirements.txt")
    return append_lines(requirements, package) if requirements else None
