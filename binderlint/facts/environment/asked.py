"""Asked: the packages that the files of the build ask for, by conda or by pip: their names, and how open their versions are."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.environment.installs import pip_files, pip_requirements, server_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.pattern import regex
from binderlint.read.constraints import openness, operators_in
from binderlint.read.matchspec import MatchSpec
from binderlint.read.packages import names_of_conda
from binderlint.read.pipfile_lock import locked_entries, read_pipfile_lock
from binderlint.read.requirements import Requirement, canonical
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Text
from binderlint.values import NamedTuple


class AskedPackage(NamedTuple):
    """A package a file asks for: its name for comparing, where it stands, and how open its version is."""

    key: str
    name: Text
    text: Text
    version: Text | None
    weight: float
    """0 for a version that is limited above, 0.5 for a lowest version alone, 1 for none."""
    conda: bool
    whole: bool
    """Whether the parts only know the place of the whole text, so that none can be edited alone."""


def asked_packages(repo: Snapshot) -> Iterator[list[AskedPackage]]:
    """The packages of each file for the notebooks, conda's and pip's of environment.yml together. Addresses and paths are none."""
    listed = [_conda(spec) for spec in conda_specs(repo)]
    for file in pip_files(repo):
        if not file.constraint and not file.server:
            pip = [_pip(one) for one in file.requirements if one.name and not one.url]
            if file.array is not None:
                listed += pip
            else:
                yield pip
    yield listed
    yield list(pipfile_packages(repo))


def asked_by_server(repo: Snapshot) -> list[AskedPackage]:
    """The packages that requirements3.txt asks for, which are for the server alone."""
    return [_pip(one) for one in server_requirements(repo) if one.name and not one.url]


def asked_names(repo: Snapshot) -> frozenset[str]:
    """The canonical names of the packages that the lists of the build ask for, or its Pipfile.lock; of conda's packages also those on PyPI."""
    known = names_of_conda()
    names = {canonical(str(one.name)) for one in pip_requirements(repo) if one.name}
    names |= {one.key for one in pipfile_packages(repo)} | locked_names(repo)
    for spec in conda_specs(repo):
        name = canonical(str(spec.name))
        names |= {name, known.get(name, name)}
    return frozenset(names)


def _pip(one: Requirement) -> AskedPackage:
    operators = {operator for operator, _ in one.clauses}
    whole = one.text.place.text != one.text
    return AskedPackage(one.key, one.name, one.text, one.specifier or None, openness(operators), False, whole)


def _conda(spec: MatchSpec) -> AskedPackage:
    version = str(spec.version or "")
    operators = operators_in(version) or {"="} if version.strip("=* ") else set()
    return AskedPackage(canonical(spec.name), spec.name, spec.text, spec.version, openness(operators), True, spec.whole)


@fact
def locked_names(repo: Snapshot) -> frozenset[str]:
    """The canonical names of all that a Pipfile.lock of the build installs; empty without one."""
    lock = used_file(repo, "Pipfile.lock")
    return frozenset(map(canonical, locked_entries(read_pipfile_lock(lock)))) if lock else frozenset()


_TABLE = regex(r"\s*\[\s*([\w-]+)\s*\]")
_ENTRY = regex(
    r"""\s*["']?([A-Za-z0-9][\w.-]*)["']?\s*=\s*(?:\{(?:[^{}"']|"[^"]*"|'[^']*')*?\bversion\s*=\s*)?(?:"([^"]*)"|'([^']*)')"""
)


def pipfile_packages(repo: Snapshot) -> Iterator[AskedPackage]:
    """The packages of a Pipfile that is installed without a Pipfile.lock."""
    source = used_file(repo, "Pipfile") if build_plan(repo).buildpack == Buildpack.PIPFILE else None
    if source is None or used_file(repo, "Pipfile.lock"):
        return
    table = ""
    for line in source.lines():
        if header := _TABLE.match(line):
            table = header[1]
        elif (found := _ENTRY.match(line)) and table in ("packages", "dev-packages"):
            name, version = line.part(*found.span(1)), line.part(*found.span(found.lastindex or 2))
            weight = openness(operators_in(version))
            yield AskedPackage(canonical(name), name, name, version, weight, False, True)
