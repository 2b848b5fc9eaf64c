"""apt-heavy: apt.txt installs very large packages, or packages that notebooks cannot use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.data import pairs
from binderlint.facts.environment.apt import apt_entries
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.read.apt import gone_from_noble
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_SERVERS = {"jupyter", "jupyter-notebook", "jupyter-core", "jupyterlab", "ipython3", "python3-notebook", "python3-ipykernel"}  # fmt: skip


class AptHeavy(Rule):
    code = "APT004"
    severity = Severity.WARNING
    level = Level.POLISH

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        heavy = pairs("heavy_apt.tsv")
        words = [word for entry in apt_entries(repo) for word in entry.words]
        for word in words:
            if size := heavy.get(str(word)):
                yield self.at(
                    word,
                    f"`{word}` is {size}. The image becomes large and launches slowly",
                    help="List only the few packages that you need",
                )
        scripts = " ".join(
            source.prose
            for name in ("postBuild", "start")
            if (source := used_file(repo, name)) and not source.decode_error
        )
        gone = gone_from_noble()
        unseen = [word for word in words if _unseen(word) and word not in gone and not _called(word, scripts)]
        if tk := next((word for word in unseen if word == "python3-tk"), None):
            unseen.remove(tk)
            yield self.at(
                tk,
                "`python3-tk` is for Ubuntu's own Python, which notebooks on Binder do not use",
                help="Remove it: Binder's own Python has `tkinter`",
                severity=Severity.INFO,
            )
        if unseen:
            are = "is" if len(unseen) == 1 else "are"
            yield self.at(
                unseen[0],
                f"{listed(unseen)} {are} installed for Ubuntu's own Python or R, which notebooks on Binder do not use",
                help=f"List {'it' if len(unseen) == 1 else 'them'} in environment.yml, requirements.txt or install.R instead",
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
