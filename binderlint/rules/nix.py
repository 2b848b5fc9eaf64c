"""NIX: Nix expressions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.hubs import find_hub
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_NIX = "with import <nixpkgs> {};\nmkShell { buildInputs = [ jupyter ]; }\n"


class NixUnusableOnBinderhub(Rule):
    """A repository with default.nix does not start on a BinderHub.

    repo2docker's Nix build starts the server with `nix-shell --command "... $*"`, which splits the command again. Since 2021, a BinderHub's command contains a small Python program with spaces, quotes and brackets. The shell ends with a syntax error, and
    the launch fails. With repo2docker on your own computer it works.
    """

    code = "NIX001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = (
        "jupyterhub/repo2docker#1143",
        "jupyterhub/repo2docker: repo2docker/buildpacks/nix/nix-shell-wrapper",
        "jupyterhub/binderhub: helm-chart/binderhub/values.yaml",
    )
    examples = (
        Bad({"default.nix": _NIX}, at="default.nix:1:1", why="A default.nix"),
        Bad(
            {"binder/default.nix": _NIX, "binder/environment.yml": "dependencies: []\n"},
            at="binder/default.nix:1:1",
            why="A default.nix in the binder directory",
        ),
        Good({"default.nix": _NIX, "binder/environment.yml": "dependencies: []\n"}, why="A binder directory hides it"),
        Good({"default.nix": _NIX, "Dockerfile": "FROM nixos/nix:2.24.9\n"}, why="A build with a Dockerfile"),
        Good({"shell.nix": _NIX, "environment.yml": "dependencies: []\n"}, why="shell.nix, which Binder does not read"),
        Good({"default.nix": _NIX}, hub="generic", why="A hub that is not a BinderHub"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.get(repo.plan.path("default.nix"))
        if repo.plan.buildpack == "NixBuildPack" and source and find_hub(repo.hub).binderhub:
            yield self.at(
                source,
                "Binder builds this repository with Nix, and no BinderHub can start what comes of it: the launch fails",
                help="Use environment.yml, or a Dockerfile on an image with Nix",
            )
