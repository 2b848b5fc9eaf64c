"""source-not-buildable: A pinned version only exists as a source that pip cannot build any more."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.data import rows
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.pipfile import pipfile_requirements
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.digits import release
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot

_WHY = {
    "setuptools": ("which today's setuptools refuses", "Use a newer version, or remove the pin"),
    "python2": ("which is for Python 2 only", "Remove the line: what needs it on Python 2 does without it on Python 3"),
}


class SourceNotBuildable(Rule):
    code = "PIP022"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        python = plan.python.version if plan.python else ""
        if not plan.transparent or not python.startswith("3."):
            return
        table = {(name, version): (lowest, why) for name, version, lowest, why in rows("broken_sources.tsv")}
        for one in (*pip_requirements(repo), *pipfile_requirements(repo)):
            lowest, why = table.get((one.key, one.pin), ("", ""))
            if not lowest or one.url or release(python) < release(lowest) or not one.applies(python):
                continue
            reason, advice = _WHY[why]
            yield self.at(
                one.text,
                f"`{one.name}=={one.pin}` only exists as a source, {reason}, so pip cannot install it and the build stops",
                help=advice,
            )
