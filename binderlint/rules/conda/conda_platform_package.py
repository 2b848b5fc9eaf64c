"""conda-platform-package: environment.yml lists a package that only macOS or Windows has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from binderlint.changes.edits import remove
from binderlint.data import rows
from binderlint.facts.environment.mapping import conda_list
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.matchspec import MatchSpec, admits, read_specs
from binderlint.snapshot import Snapshot
from binderlint.source import Array
from binderlint.values import NamedTuple


class _Platform(NamedTuple):
    system: str
    versions: str
    """The versions this is true of, as a match spec writes them; `""` for all."""


@cache
def _platforms() -> dict[str, _Platform]:
    return {name: _Platform(system, versions) for name, system, versions, _ in rows("conda_platforms.tsv")}


class CondaPlatformPackage(Rule):
    code = "CND010"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(conda_list)
    def check(self, repo: Snapshot, items: Array) -> Iterator[Diagnostic]:
        for index, spec in _items(repo):
            known = _platforms().get(spec.key)
            if known and _only(spec, known.versions):
                yield self.at(
                    spec.place,
                    f"`{spec.name}` exists only for {known.system}, but Binder runs Linux, so none of the packages can be installed",
                    help="Remove the line",
                    fix=Fix(
                        f"Remove `{spec.name}`",
                        (remove(items, index),),
                        Applicability.SAFE if is_for_binder(repo) else Applicability.UNSAFE,
                    ),
                )


def _items(repo: Snapshot) -> Iterator[tuple[int, MatchSpec]]:
    """The packages of the `dependencies` list with their positions in it."""
    for index, item in enumerate(conda_list(repo) or ()):
        for spec in read_specs([item]):
            yield index, spec


def _only(spec: MatchSpec, versions: str) -> bool:
    """Whether a spec allows no version but those that only another system has."""
    if not versions:
        return True
    if spec.version is None:
        return False
    releases = [(major, minor, patch) for major in range(6) for minor in range(20) for patch in range(6)]
    allowed = [release for release in releases if spec.admits(release) is not False]
    return bool(allowed) and all(admits(versions, release) for release in allowed)
