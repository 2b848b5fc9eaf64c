"""description-hijacks-build: A DESCRIPTION in the root makes this an R repository."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.plans import r_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.description import read_description
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class DescriptionHijacksBuild(Rule):
    code = "RLG003"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(r_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        source = repo.get("DESCRIPTION")
        if plan.binder_dir or source is None:
            return
        if not read_description(source).text("Package"):
            yield self.at(
                source,
                "Because of this file Binder builds the repository as an R package. It is not one (there is no `Package:` line), so the build fails",
                help="Rename the file, or put Binder's files in a folder `binder`",
            )
