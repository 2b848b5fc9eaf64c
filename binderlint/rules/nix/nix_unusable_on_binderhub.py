"""nix-unusable-on-binderhub: A repository with default.nix does not start on a BinderHub."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.for_binder import is_for_binder
from binderlint.facts.plans import rare_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.hubs import find_hub
from binderlint.lint.rule import Rule
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class NixUnusableOnBinderhub(Rule):
    code = "NIX001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(rare_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        source = repo.get(plan.path("default.nix"))
        if plan.buildpack == Buildpack.NIX and source and find_hub(repo.hub).binderhub:
            yield self.at(
                source,
                "Binder builds this repository with Nix, but no BinderHub can start the result, so the launch fails",
                help="Use environment.yml, or a Dockerfile based on an image with Nix"
                if is_for_binder(repo)
                else "Put an environment file, such as requirements.txt, in a folder `binder`: Binder then does not read this file",
            )
