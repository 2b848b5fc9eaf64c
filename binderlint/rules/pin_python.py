"""PIN: a Python that has had its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.files.asked import asked
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

# devguide.python.org/versions: the month of the last release. 3.10 is left out as long as it is repo2docker's own default.
_ENDED = {
    "2.7": "January 2020",
    "3.4": "March 2019",
    "3.5": "September 2020",
    "3.6": "December 2021",
    "3.7": "June 2023",
    "3.8": "October 2024",
    "3.9": "October 2025",
}


class PythonEol(Rule):
    """The pinned Python is no longer maintained.

    Packages drop a Python version about when its own maintenance ends. Unpinned packages then stay at releases of that time, and new ones cannot be used. repo2docker still builds 2.7 and 3.5 to 3.9 from frozen
    lists. Below 3.7, the kernel is in its own environment beside a server on 3.10 (so `pip` and `jupyter` in postBuild are the server's); 3.7 gets JupyterLab 3.

    If every package is pinned, this is an info: the old Python belongs to them, and the repository is an archive. Python 3.10 is not reported although its maintenance ended in October 2026, because it is
    repo2docker's default.
    """

    code = "PIN004"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("repo2docker/buildpacks/conda/__init__.py",)
    examples = (
        Bad({"environment.yml": "dependencies:\n  - python=3.7\n  - numpy\n"}, at="environment.yml:2:5", why="Python 3.7 with unpinned packages"),
        Bad({"requirements.txt": "numpy\n", "runtime.txt": "python-3.6\n"}, at="runtime.txt:1:1", why="Python 3.6 in runtime.txt"),
        Bad({"environment.yml": "dependencies: [python=3.9, numpy=1.21]\n"}, at="environment.yml:1:16", severity=Severity.INFO, why="Python 3.9 with pinned packages"),
        Good({"environment.yml": "dependencies:\n  - python=3.10\n  - numpy\n"}, why="repo2docker's default"),
        Good({"requirements.txt": "numpy\n", "runtime.txt": "python-3.12\n"}, why="A maintained Python"),
        Good({"Dockerfile": "FROM python:3.7\n"}, why="A build with a Dockerfile"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python
        if python is None or python.place is None or repo.plan.error or python.version not in _ENDED:
            return
        counted = [
            one for packages in asked(repo) for one in packages if one.key not in ("python", "pip", "nodefaults")
        ]
        archive = bool(counted) and not any(one.weight for one in counted)
        server = ""
        if repo.plan.separate_kernel:
            server = ", and the kernel runs beside a server on another Python"
        yield self.at(
            python.place,
            f"Python {python.version} has had no fixes since {_ENDED[python.version]}: packages no longer support it{server}",
            help="Move to a newer Python and test the notebooks with it",
            severity=Severity.INFO if archive else Severity.WARNING,
        )
