"""requirements-need-conda: requirements.txt lists a package whose libraries pip cannot install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from binderlint.changes.edits import create, remove_lines
from binderlint.changes.merge_environments import conda_names
from binderlint.data import rows
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import environment_mapping
from binderlint.facts.for_binder import is_application
from binderlint.facts.named import relative
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Delete, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import pip_admits_since
from binderlint.read.requirements import Requirement
from binderlint.read.text import LINE_ENDS
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.values import NamedTuple


class Need(NamedTuple):
    """A package that needs a library which pip does not install: a row of data/needs_conda.tsv."""

    name: str
    wheel: str
    python: str
    fails: str
    library: str
    apt: str
    conda: str
    source: str


@cache
def needs() -> dict[str, Need]:
    """The packages that are better taken from conda-forge, by their names on PyPI."""
    return {row[0]: Need(*row) for row in rows("needs_conda.tsv")}


class RequirementsNeedConda(Rule):
    code = "LAY007"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(pip_requirements)
    def check(self, repo: Snapshot, _: tuple[Requirement, ...]) -> Iterator[Diagnostic]:
        found = list(_needing(repo))
        fix = _with_environment(repo, found)
        another = bool(found) and is_application(repo)
        for requirement, need in found:
            yield self.at(
                requirement.line,
                f"PyPI has no release of `{requirement.name}`, so pip cannot install it and the build stops"
                if need.fails == "missing"
                else f"`{requirement.name}` needs {need.library}, which pip does not install: {_OUTCOME[need.fails]}",
                help=f"Install `{need.conda}` from conda-forge, in an environment.yml "
                + ("in a folder `binder`" if another else "instead of requirements.txt"),
                fix=fix,
                level=Level.RUN if need.fails == "import" else Level.LAUNCH,
            )


_OUTCOME = {"compile": "pip has to compile it, so the build stops", "import": "it installs but cannot be imported"}


def _needing(repo: Snapshot) -> Iterator[tuple[Requirement, Need]]:
    """The requirements of the build that need a library which nothing brings."""
    plan = build_plan(repo)
    if plan.buildpack not in (Buildpack.PYTHON, Buildpack.R, Buildpack.JULIA) or plan.python is None:
        return
    python = plan.python.version
    requirements = plan.path("requirements.txt")
    apt = [line.partition("#")[0].split() for line in source.lines()] if (source := used_file(repo, "apt.txt")) else []
    packages = {word for words in apt for word in words}

    environment = environment_mapping(repo)
    conda = conda_names(environment) if environment else set()
    for one in pip_requirements(repo):
        need = needs().get(one.key)
        if not need or one.url or one.line.place.path != requirements or not one.applies(python):
            continue
        if (need.name == "rpy2" and plan.buildpack == Buildpack.R) or need.conda in conda:
            continue
        if not _brings(need.apt, packages) and not _has_wheel(need, python, str(one.specifier)):
            yield one, need


def _brings(pattern: str, packages: set[str]) -> bool:
    return bool(pattern) and any(re.fullmatch(pattern, package.partition("=")[0]) for package in packages)


def _has_wheel(need: Need, python: str, specifier: str) -> bool:
    """Whether pip finds a ready-made build that the specifier allows; True where that cannot be told."""
    if not need.wheel:
        return False
    from packaging.version import Version

    if Version(python) < Version(need.python):
        return False
    return pip_admits_since(specifier, need.wheel)


def _with_environment(repo: Snapshot, found: list[tuple[Requirement, Need]]) -> Fix | None:
    """An environment.yml that takes the packages from conda-forge and leaves the others to requirements.txt."""
    plan = build_plan(repo)
    requirements = used_file(repo, "requirements.txt")
    if (
        not found
        or not requirements
        or plan.buildpack != Buildpack.PYTHON
        or plan.python is None
        or environment_mapping(repo)
    ):
        return None
    if plan.uses("setup.py") or plan.uses("pyproject.toml") or relative(requirements):
        return None
    lines = ["channels:", "  - conda-forge", "dependencies:", f"  - python={plan.python.version}"]
    lines += [f"  - {need.conda}{_conda_version(one)}{_comment(requirements, one)}" for one, need in found]
    edits: list[Edit] = []
    if len(found) == len([line for line in requirements.lines() if line.strip()]):
        edits.append(Delete(requirements.path))
    else:
        edits += [remove_lines(one.line.place) for one, _ in found]
        lines += ["  - pip", "  - pip:", "      - -r requirements.txt"]
    edits.append(create(plan.path("environment.yml"), "\n".join(lines) + "\n"))
    if runtime := used_file(repo, "runtime.txt"):
        edits.append(Delete(runtime.path))
    names = ", ".join(need.conda for _, need in found)
    return Fix(f"Install {names} from conda-forge in a new environment.yml", tuple(edits), Applicability.UNSAFE)


def _conda_version(one: Requirement) -> str:
    return str(one.specifier).replace(" ", "").replace("===", "=").replace("==", "=")


def _comment(source: Source, one: Requirement) -> str:
    """The comment at the end of a requirement's line, with two blanks before it."""
    found = re.split(LINE_ENDS, source.text[one.line.place.span.end :], maxsplit=1)[0].strip()
    return f"  {found}" if found.startswith("#") else ""
