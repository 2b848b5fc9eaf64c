"""nodejs-eol: environment.yml keeps a Node.js that gets no updates any more."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.mapping import conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import only_below
from binderlint.read.ends import ended_releases
from binderlint.read.matchspec import MatchSpec
from binderlint.snapshot import Snapshot
from binderlint.today import month_of, today

_LAST = 100  # no major version comes near it


class NodejsEol(Rule):
    code = "PIN008"
    severity = Severity.INFO
    level = Level.REPRODUCE

    @about(conda_specs)
    def check(self, repo: Snapshot, specs: tuple[MatchSpec, ...]) -> Iterator[Diagnostic]:
        for spec in specs:
            if spec.key != "nodejs" or not spec.version:
                continue
            newest = next((major for major in range(_LAST) if only_below(spec.version, (major + 1,))), None)
            past = ended_releases("node", today()).get(str(newest))
            if past:
                yield self.at(
                    spec.place,
                    f"{past.what} has had no updates since {month_of(past.day)}. What is built with it, such as extensions of JupyterLab, asks for newer ones over time",
                    help="Move to a newer version, or remove it: Binder's images have one",
                )
