"""numpy-too-new: A pinned package does not work with the numpy that pip installs beside it."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.packages import add_package
from binderlint.data import listed_words, rows
from binderlint.facts.environment.held import held_at, newest_release
from binderlint.facts.environment.installs import has_other_index, pip_files, pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import own_installs
from binderlint.facts.environment.python import python_minor
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import openness
from binderlint.read.packages import packages_by_name
from binderlint.read.requirements import Requirement
from binderlint.read.wheels import Release, release
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

_KEEPS, _FAILS = 2, 3  # columns of the table


class NumpyTooNew(Rule):
    code = "PIN007"
    severity = Severity.ERROR
    level = Level.RUN

    @about(pip_requirements)
    def check(self, repo: Snapshot, requirements: tuple[Requirement, ...]) -> Iterator[Diagnostic]:
        plan, python = build_plan(repo), python_minor(repo)
        if plan.error or plan.separate_kernel or not python or own_installs(repo) or has_other_index(repo):
            return
        conda = {spec.key for spec in conda_specs(repo)}
        if plan.buildpack != Buildpack.PYTHON and not (
            plan.buildpack == Buildpack.CONDA and conda <= {"python", "pip"}
        ):
            return
        if any(file.constraint for file in pip_files(repo)):
            return
        asked = [one for one in requirements if one.applies(python)]
        limits = tuple(clause for one in asked if one.key == "numpy" for clause in one.clauses)
        numpy = newest_release("numpy", limits, python)
        if numpy is None or numpy < (2,):
            return
        table = {row[0]: row for row in rows("numpy2.tsv")}
        failing = []
        for one in asked:
            if one.spacy_model:
                continue
            known = table.get(one.key)
            if one.url or not one.key:
                return
            if one.key == "numpy":
                continue
            held = held_at(one, python)
            if held and (held.too_old or held.missing):
                continue  # pin-not-available-for-python: there is no ready-made package
            version = newest_release(one.key, one.clauses, python) if known else None
            if known is None or version is None:
                newest = release(python) >= (3, 10) and openness({sign for sign, _ in one.clauses}) > 0
                if newest and one.key in listed_words("numpy_not_held.txt"):
                    continue
                package = packages_by_name().get(one.key)
                if package is None or "numpy" in package.brings:
                    return  # it may keep numpy below 2
            elif _within(version, known[_KEEPS]):
                return
            elif _within(version, known[_FAILS]):
                failing.append((one, known[1], version))
        for one, module, version in failing:
            yield self.at(
                one.text,
                f"{one.name} {'.'.join(map(str, version))} needs numpy 1, and pip installs numpy {'.'.join(map(str, numpy))} beside it, so `import {module}` ends with an error",
                help="Add `numpy<2`" if not limits else "Let numpy be older than 2: `numpy<2`",
                fix=None if any(other.key == "numpy" for other in asked) else add_package(repo, "numpy<2", "numpy<2"),
                cause="numpy",
            )


def _within(version: Release, ranges: str) -> bool:
    """Whether a release is in one of the ranges, such as `1.3.3-2.1.1 2.2.4`, both ends included."""
    return any(
        release(low) <= version <= release(high or low)
        for low, _, high in (one.partition("-") for one in ranges.split())
    )
