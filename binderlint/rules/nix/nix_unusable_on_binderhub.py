"""nix-unusable-on-binderhub: A repository with default.nix does not start on a BinderHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.hubs import find_hub
from binderlint.lint.rule import Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class NixUnusableOnBinderhub(Rule):
    code = "NIX001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.get(repo.plan.path("default.nix"))
        if repo.plan.buildpack == "NixBuildPack" and source and find_hub(repo.hub).binderhub:
            yield self.at(
                source,
                "Binder builds this repository with Nix, and no BinderHub can start what comes of it: the launch fails",
                help="Use environment.yml, or a Dockerfile on an image with Nix",
            )
