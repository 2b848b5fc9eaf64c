"""pipfile-frozen-pipenv: Binder builds from a Pipfile with a pipenv of January 2022."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.plans import rare_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class PipfileFrozenPipenv(Rule):
    code = "PIP014"
    severity = Severity.INFO
    level = Level.REPRODUCE

    @about(rare_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        source = used_file(repo, "Pipfile") or used_file(repo, "Pipfile.lock")
        python = plan.python
        if plan.buildpack != Buildpack.PIPFILE or source is None or python is None:
            return
        new = bool(re.match(r"3\.1[2-9]$", python.version))
        pipenv = "2021.5.29" if re.match(r"(?:2|3\.[0-5]$)", python.version) else "2022.1.8"
        locked = used_file(repo, "Pipfile.lock")
        folder = plan.binder_dir or "binder"
        how = f"`pipenv requirements > {folder}/requirements.txt`" if locked else "with the packages of the Pipfile"
        yield self.at(
            source,
            f"Binder installs this with pipenv {pipenv}, which is older than Python {python.version}" if new
            else f"Binder installs this with pipenv {pipenv}, which it does not update",
            help=f"Put a requirements.txt ({how}) and a runtime.txt in the folder `{folder}`"
            + (", and remove the Pipfile there" if plan.binder_dir else ": Binder then does not read the Pipfile"),
            severity=Severity.WARNING if new else Severity.INFO,
        )  # fmt: skip
