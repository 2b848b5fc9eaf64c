"""LAY: errors of repo2docker that no other rule explains."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class Repo2dockerError(Rule):
    """repo2docker stops with an error before it builds anything.

    The message is repo2docker's own, and would be at the end of the build log. If another rule explains the same problem in the same file, this one is silent.
    """

    code = "LAY009"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/app.py", "repo2docker/buildpacks/base.py")
    examples = (
        Bad(
            {"environment.yml/README.md": "a folder\n"},
            at="environment.yml/README.md:1:1",
            why="A folder called environment.yml",
        ),
        Good({"requirements.txt": "numpy\n"}, why="A repository that builds"),
        Good({"binder/a": "x\n", ".binder/a": "x\n"}, why="Two binder directories, which both-binder-dirs reports"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.linter import is_explained

        error = repo.plan.error
        if not error or is_explained(repo, error.place.path, self.code):
            return
        first = error.message.strip().splitlines()[0] if error.message.strip() else ""
        yield self.at(
            error.place,
            f"repo2docker stops with {error.type}: {first}".rstrip(".: "),
            help="Correct the file: nothing is built until this error is gone",
        )
