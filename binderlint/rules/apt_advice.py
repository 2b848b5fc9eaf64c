"""APT: what works in apt.txt today and should not stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.apt import PACKAGE, SHELL_SIGNS, gone_from_noble
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": ""}


class AptVersionPin(Rule):
    """A package in apt.txt is pinned to one version.

    Ubuntu's archive only keeps the newest build of a package. `vim=2:9.1.0016-1ubuntu7` works until the next security fix replaces it, days or months later. Then apt-get does not find the version and the build stops. Versions cannot be pinned
    there; what must stay the same belongs in environment.yml, where old versions remain available.

    A pattern (`=9.1*`) survives fixes and is not reported.

    ## Fix safety

    The fix removes the version, so the build installs the newest one.
    """

    code = "APT003"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("repo2docker/buildpacks/base.py",)
    examples = (
        Bad({**_PIP, "apt.txt": "vim=2:9.1.0016-1ubuntu7  # x\ngit\n"}, at="apt.txt:1:1", fixed={"apt.txt": "vim  # x\ngit\n"}, why="One exact version"),
        Good({**_PIP, "apt.txt": "vim=2:9.1*\ngit\nfoo==1.0\n"}, why="A pattern, and no version"),
        Good({"Dockerfile": "FROM x:1\n", "apt.txt": "vim=1\n"}, why="With a Dockerfile, Binder does not read apt.txt"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for entry in repo.apt:
            for word in entry.words:
                found = PACKAGE.match(word)
                if not found or found[2] != "=" or found[3].startswith("=") or "*" in found[3]:
                    continue
                yield self.at(
                    word,
                    f"Ubuntu's archive drops `{found[1]}` {found[3]} as soon as there is a newer build, and then the build stops",
                    help=f"Write `{found[1]}`; a version that must stay belongs into environment.yml",
                    fix=Fix(
                        "Take the version off",
                        (replace(word.part(found.start(2), len(word)), ""),),
                        Applicability.UNSAFE,
                    ),
                )


_HEAVY = {
    "texlive-full": "over 5 GB; `texlive-latex-recommended` and a few more are enough for most documents",
    "nvidia-cuda-toolkit": "several GB for hardware that Binder does not have",
    "ubuntu-desktop": "a whole desktop",
    "ubuntu-desktop-minimal": "a whole desktop",
    "kubuntu-desktop": "a whole desktop",
    "xubuntu-desktop": "a whole desktop",
    "lubuntu-desktop": "a whole desktop",
    "ubuntu-mate-desktop": "a whole desktop",
    "gnome": "a whole desktop",
    "kde-full": "a whole desktop",
    "kde-standard": "a whole desktop",
    "texlive-fonts-extra-doc": "documentation only",
    "texlive-latex-extra-doc": "documentation only",
    "texlive-science-doc": "documentation only",
    "texlive-pictures-doc": "documentation only",
}
_SERVERS = {"jupyter", "jupyter-notebook", "jupyter-core", "jupyterlab", "ipython3", "python3-notebook", "python3-ipykernel"}  # fmt: skip


class AptHeavy(Rule):
    """apt.txt installs large packages that notebooks cannot use.

    On a machine that does not have the image yet, each launch waits for its download. `texlive-full` or a desktop make it several times larger.

    Packages of Ubuntu's own Python (`python3-numpy`, `jupyter-notebook`) and R (`r-base`, `r-cran-...`) are installed beside conda's Python and repo2docker's R, which notebooks use: the kernel does not see them. This is an info; they
    belong in environment.yml, requirements.txt or install.R.
    """

    code = "APT004"
    severity = Severity.WARNING
    level = Level.POLISH
    examples = (
        Bad({**_PIP, "apt.txt": "vim\ntexlive-full\n"}, at="apt.txt:2:1", why="The whole of TeX Live"),
        Bad({**_PIP, "apt.txt": "python3-gdal\nr-base r-cran-ggplot2\njupyter-notebook\n"}, at="apt.txt:1:1", severity=Severity.INFO, why="Packages of Ubuntu's own Python and R"),
        Good({**_PIP, "apt.txt": "texlive-xetex\ntexlive-latex-extra\nlibgdal-dev\ngdal-bin\nr-cran\n"}, why="Parts of TeX Live, and libraries"),
        Good({**_PIP, "apt.txt": "python3-dev\npython3-pip\npython3\npython3-venv\npython3-distutils\n"}, why="Tools that a script of the build may call"),
        Good({**_PIP, "apt.txt": "r-base\n", "postBuild": "#!/bin/bash\nset -e\nRscript -e 'IRkernel::installspec()'\n"}, why="A script uses Ubuntu's R"),
        Good({"Dockerfile": "FROM x:1\n", "apt.txt": "texlive-full\n"}, why="With a Dockerfile, Binder does not read apt.txt"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        words = [word for entry in repo.apt for word in entry.words]
        for word in words:
            if size := _HEAVY.get(str(word)):
                yield self.at(
                    word,
                    f"`{word}` is {size}: the image gets large and launches slowly",
                    help="Name the few packages that are needed",
                )
        scripts = " ".join(
            source.prose for name in ("postBuild", "start") if (source := repo.used(name)) and not source.decode_error
        )
        gone = gone_from_noble()
        unseen = [word for word in words if _unseen(word) and word not in gone and not _called(word, scripts)]
        if unseen:
            names = ", ".join(f"`{word}`" for word in unseen[:3]) + (
                f" and {len(unseen) - 3} more" if len(unseen) > 3 else ""
            )
            yield self.at(
                unseen[0],
                f"{names}: installed for Ubuntu's own Python or R, which Binder's notebooks do not use",
                help="Ask for them in environment.yml, requirements.txt or install.R",
                severity=Severity.INFO,
            )


_TOOLS = {"python3-dev", "python3-pip", "python3-venv", "python3-setuptools", "python3-minimal", "python3-full", "python3-wheel"}  # fmt: skip


def _unseen(word: Text) -> bool:
    name = str(word)
    return (
        (name.startswith("python3-") and name not in _TOOLS)
        or name in _SERVERS
        or name in ("r-base", "r-base-core", "r-base-dev", "r-recommended")
        or name.startswith(("r-cran-", "r-bioc-"))
    )


def _called(word: Text, scripts: str) -> bool:
    """Whether a script calls the program of the system, so that its packages are wanted."""
    return bool(re.search(r"/usr/bin/|\bRscript\b|\bR -", scripts) if word.startswith("r-") else "/usr/bin/" in scripts)


class AptShellInjection(Rule):
    """A line in apt.txt contains shell syntax.

    repo2docker writes the lines into a shell command that runs as root while the image is built, and only checks the first word. `;`, `&&`, `|`, `$(...)` and `>` do there what they do in a shell. This is not documented, the next release of
    repo2docker may refuse it, and commands belong in `postBuild`. (`name>=1.0` writes into a file called `=1.0`: the version has no effect.)
    """

    code = "APT005"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("repo2docker/buildpacks/base.py",)
    examples = (
        Bad({**_PIP, "apt.txt": "git\nvim && touch /x\n"}, at="apt.txt:2:1", why="A second command"),
        Bad({**_PIP, "apt.txt": "vim; curl https://example.org | sh\nfoo>=1.0\nfoo$(id)\n"}, at=("apt.txt:1:1", "apt.txt:2:1", "apt.txt:3:1"), why="A download, a version, and a command in brackets"),
        Good({**_PIP, "apt.txt": "vim git\n# a && b; c\nfoo=1:2~3+4\n"}, why="Names, and a comment"),
        Good({"Dockerfile": "FROM x:1\n", "apt.txt": "vim && x\n"}, why="With a Dockerfile, Binder does not read apt.txt"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for entry in repo.apt:
            if entry.accepted and SHELL_SIGNS.search(entry.text):
                version = re.match(r"\S+?\s*[<>]=?\s*\d", entry.text)
                yield self.at(
                    entry.text,
                    f"`{entry.text}` runs in a shell: no version is asked for, a file is written"
                    if version
                    else f"`{entry.text}` runs in a shell, as root, while the image is built",
                    help="Write the name only" if version else "Write names of packages only; commands belong into postBuild",
                )  # fmt: skip
