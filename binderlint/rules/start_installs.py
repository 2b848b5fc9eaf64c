"""STA: installations in `start`, before the server runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import append_lines
from binderlint.launch_scripts import before_server, moved, removed
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\n"
_POST = "#!/bin/bash\nset -euo pipefail\n\n"


def _listed(repo: Repository, command: Command) -> Fix | None:
    """A plain `pip install` of packages as lines of requirements.txt, where the build reads one."""
    source, place = repo.used("requirements.txt"), command.alone
    options = {one for one in command.values if one.startswith("-")}
    packages = command.operands[1:]
    if (
        source is None
        or place is None
        or not packages
        or options - {"-q", "--quiet", "--no-cache-dir", "-U", "--upgrade"}
    ):
        return None
    if not all(
        re.fullmatch(r"[A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:(?:==|>=|<=|~=|<|>)[\w.*]+)?", one) for one in packages
    ):
        return None
    fix = removed(command, "Move the packages to requirements.txt", Applicability.UNSAFE)
    above = place.source.line(place.line - 1) if place.line > 2 else None
    commented = above and place.source.text[slice(*above)].lstrip().startswith("#")
    if fix is None or commented or repo.plan.separate_kernel:
        return None
    return fix._replace(edits=(*fix.edits, append_lines(source, "\n".join(packages))))


class StartInstalls(Rule):
    """`start` installs packages.

    `start` runs at every launch, for every visitor, before the server answers, and Binder gives up on a server that does not answer within 30 seconds. The
    installed versions also differ from launch to launch. Environment files and `postBuild` put packages in the image once.

    ## Fix safety

    The fix is unsafe: the packages become part of the image, in the versions that are current at the time of the build. A plain list of packages goes to
    requirements.txt if the build reads one, anything else to `postBuild`.
    """

    code = "STA006"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("repo2docker/docs/source/config_files.rst",)
    examples = (
        Bad(
            {**_PIP, "start": _SH + '# for the second notebook\npip install seaborn==0.13.2\nexec "$@"\n'},
            at="start:3:1",
            fixed={
                "start": _SH + 'exec "$@"\n',
                "postBuild": _POST + "# for the second notebook\npip install seaborn==0.13.2\n",
            },
            why="pip installs a package for one notebook",
        ),
        Bad(
            {**_PIP, "start": _SH + 'export A=1\npip install -q "seaborn==0.13.2" plotly\nexec "$@"\n'},
            at="start:3:1",
            fixed={
                "start": _SH + 'export A=1\nexec "$@"\n',
                "requirements.txt": "numpy==2.2.0\nseaborn==0.13.2\nplotly\n",
            },
            why="Two packages, one of them pinned",
        ),
        Bad(
            {**_PIP, "start": _SH + 'pip install -r "$1.txt"\nexec "$@"\n'},
            at="start:2:1",
            why="A requirements file whose name is in an argument",
        ),
        Bad(
            {**_PIP, "start": _SH + 'cd lib && python -m pip install -e .\nexec "$@"\n'},
            at="start:2:11",
            why="A folder of the repository is installed",
        ),
        Bad(
            {**_PIP, "start": _SH + 'Rscript -e \'install.packages("sf")\'\nexec "$@"\n'},
            at="start:2:1",
            fixed={"start": _SH + 'exec "$@"\n', "postBuild": _POST + "Rscript -e 'install.packages(\"sf\")'\n"},
            why="R packages",
        ),
        Bad(
            {**_PIP, "start": _SH + 'julia --project=. -e "using Pkg; Pkg.instantiate()"\nexec "$@"\n'},
            at="start:2:1",
            fixed={
                "start": _SH + 'exec "$@"\n',
                "postBuild": _POST + 'julia --project=. -e "using Pkg; Pkg.instantiate()"\n',
            },
            why="Julia packages",
        ),
        Bad(
            {**_PIP, "start": _SH + 'conda install -y gdal\njupyter lab build\nexec "$@"\n'},
            at=("start:2:1", "start:3:1"),
            fixed={"start": _SH + 'exec "$@"\n', "postBuild": _POST + "conda install -y gdal\njupyter lab build\n"},
            why="conda and a JupyterLab build",
        ),
        Good({**_PIP, "postBuild": _SH + "set -e\npip install -e .\n"}, why="postBuild installs the package"),
        Good(
            {**_PIP, "start": _SH + 'jupyter labextension list\npip list\nexec "$@"\n'},
            why="Commands that only list what is installed",
        ),
        Good(
            {**_PIP, "start": _SH + 'pip install seaborn &\nexec "$@"\n'}, why="The installation runs in the background"
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import install

        script = repo.start
        for command in before_server(script) if script else ():
            tool = install(command)
            if tool and script:
                yield self.at(
                    command.place,
                    f"`{tool}` runs at every launch, for every visitor, before the server answers: a launch that takes more than 30 seconds fails",
                    help="Put the packages into the environment file, or move the command to postBuild",
                    fix=(_listed(repo, command) if tool == "pip install" else None) or moved(repo, script, command),
                )
