"""RLG: whether anybody notices that install.R failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import append_lines, create, replace
from binderlint.files.r import calls, install_script, installs, packages
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.source import Text

_DATED = {"runtime.txt": "r-4.4-2025-04-01\n"}


def _check_line(names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"Rscript -e 'for (package in c({quoted})) library(package, character.only = TRUE)'"


class RInstallCannotFail(Rule):
    """Nothing notices when install.R fails.

    repo2docker hides the result of install.R: `|| true` or another command follows it, and `install.packages` only warns if it cannot install a package. The build succeeds, and the first `library(...)` in a notebook fails. Not even `stop()` in install.R
    ends the build; a check in postBuild does.

    A misspelt `install.package(` or `instal.packages(` is an error: R does not know such a function, and the rest of the file does not run.

    ## Fix safety

    The fix adds a check of the packages to postBuild. It is unsafe: a build that seemed to work may now end with an error.
    """

    code = "RLG005"
    severity = Severity.INFO
    level = Level.REPRODUCE
    sources = ("jupyterhub/repo2docker#929", "jupyterhub/repo2docker#1298")
    examples = (
        Bad(
            {"install.R": 'install.packages("ggplot2")\ninstall.packages(c("sf", \'car\'))\n', **_DATED},
            at="install.R:1:1",
            fixed={
                "postBuild": "#!/bin/bash\nset -euo pipefail\n" + _check_line(["ggplot2", "sf", "car"]) + "\n",
            },
            why="Packages that nothing checks",
        ),
        Bad(
            {
                "binder/install.R": 'remotes::install_github("rstudio/gt@v0.11.0")\r\n',
                "binder/runtime.txt": "r-4.4-2025-04-01\n",
                "binder/postBuild": "#!/bin/bash\necho ready",
            },
            at="binder/install.R:1:1",
            fixed={"binder/postBuild": "#!/bin/bash\necho ready\n" + _check_line(["gt"]) + "\n"},
            why="A package from GitHub, and a postBuild that exists",
        ),
        Bad(
            {"install.R": "for (p in readLines('list')) install.packages(p)\n", **_DATED},
            at="install.R:1:30",
            why="Packages whose names are in a file",
        ),
        Bad(
            {
                "install.R": 'install.package("ggplot2")\n',
                "postBuild": "#!/bin/bash\nRscript -e 'library(ggplot2)'\n",
                **_DATED,
            },
            at="install.R:1:1",
            severity=Severity.ERROR,
            fixed={"install.R": 'install.packages("ggplot2")\n'},
            why="A misspelt function",
        ),
        Good(
            {
                "install.R": 'install.packages("ggplot2")\n',
                "postBuild": "#!/bin/bash\nRscript -e 'library(ggplot2)'\n",
                **_DATED,
            },
            why="postBuild loads the package",
        ),
        Good({"install.R": '# install.packages("ggplot2")\n', **_DATED}, why="A comment"),
        Good({"install.R": 'cat("install.packages(x)")\n', **_DATED}, why="A text"),
        Good(
            {
                "install.R": 'install.packages("ggplot2")\n',
                "Dockerfile": "FROM rocker/binder:4.4.2\nRUN Rscript install.R\n",
            },
            why="A build with a Dockerfile",
        ),
        Good(
            {"install.R": 'install.package <- function(x) x\ninstall.package("a")\n', **_DATED},
            why="A function that install.R defines",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = install_script(repo)
        if source is None:
            return
        for call in calls(source):
            if call.name in (
                "install.package",
                "instal.packages",
                "installs.packages",
                "install.pakages",
            ) and not re.search(rf"{re.escape(call.name)}\s*(?:<-|=)", source.prose):
                yield self.at(
                    call.written,
                    f"R knows no `{call.name}`, so install.R ends here without installing anything, and the build goes on",
                    help="Write `install.packages`",
                    severity=Severity.ERROR,
                    level=Level.LAUNCH,
                    fix=Fix("Write `install.packages`", (replace(call.written.place, "install.packages"),)),
                )
        found = installs(source)
        script = repo.used("postBuild")
        if not found or (script and re.search(r"\bRscript\b|\bR\s+-|library\(|\.R\b", script.text)):
            return
        yield self.at(
            found[0].written,
            "Binder does not notice when a package cannot be installed here: the build goes on without it, and a notebook fails later",
            help="Load the packages in postBuild, where an error ends the build",
            fix=_checked(repo, packages(source)),
        )


def _checked(repo: Repository, names: list[Text]) -> Fix | None:
    """A line in postBuild that loads the packages."""
    if not names:
        return None
    line = _check_line(list(dict.fromkeys(map(str, names))))
    path, script = repo.plan.path("postBuild"), repo.post_build
    edit: Edit
    if script is None:
        if repo.exists(path):
            return None
        edit = create(path, f"#!/bin/bash\nset -euo pipefail\n{line}\n", executable=True)
    elif script.shell is None or script.shell.broken or any(one.name in ("exit", "exec") for one in script.running):
        return None
    else:
        edit = append_lines(script.source, line)
    return Fix("Load the packages in postBuild", (edit,), Applicability.UNSAFE)
