"""CND: environment.yml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import remove_key
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class EnvPrefix(Rule):
    """environment.yml holds a `prefix`.

    `conda env export` writes the folder of the environment on the machine it ran on. Binder ignores the line, since repo2docker
    installs into an environment of its own, but it publishes a path of somebody's computer and is the sign of a raw export.
    """

    code = "CND001"
    severity = Severity.INFO
    level = Level.POLISH
    examples = (
        Bad(
            {
                "environment.yml": "name: rca\ndependencies:\n  - python=3.12 # ours\nprefix: /home/kilroy/miniconda3/envs/rca\n"
            },
            at="environment.yml:4:1",
            fixed={"environment.yml": "name: rca\ndependencies:\n  - python=3.12 # ours\n"},
        ),
        Good({"environment.yml": "name: rca\ndependencies: [python=3.12]\n"}),
        Good(
            {"environment.yml": "prefix: /x\n", "binder/environment.yml": "dependencies: [python=3.12]\n"},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        environment = repo.environment
        if environment and "prefix" in environment:
            yield self.at(
                environment.key("prefix"),
                "`prefix` is a path of the computer the environment was exported on; Binder ignores it",
                help="Remove the line",
                fix=Fix("Remove `prefix`", (remove_key(environment, "prefix"),)),
            )
