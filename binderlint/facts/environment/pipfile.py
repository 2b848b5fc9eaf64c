"""Pipfile: what pipenv installs: the versions of a Pipfile.lock, or else what the Pipfile asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.environment.asked import pipfile_packages
from binderlint.pattern import regex
from binderlint.read.pipfile_lock import locked_entries, read_pipfile_lock
from binderlint.read.requirements import Requirement, parse_requirement
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text

_INDEX = regex(r"""\burl\s*["']?\s*[=:]\s*["']([^"'\n]*)""")
_PYPI = regex(r"https?://pypi\.(?:python\.)?org/simple/?")
_ENTRY = regex(r"""(?m)^[ \t]*"([A-Za-z0-9][\w.-]*)"[ \t]*:[ \t]*\{""")


@fact
def pipfile_requirements(repo: Snapshot) -> tuple[Requirement, ...]:
    """What pipenv asks the usual index for; empty for a build without a Pipfile, and where another index is named."""
    files = [source for name in ("Pipfile", "Pipfile.lock") if (source := used_file(repo, name))]
    usual = all(_PYPI.fullmatch(index) for source in files for index in _INDEX.findall(source.prose))
    return pipenv_requirements(repo) if usual else ()


@fact
def pipenv_requirements(repo: Snapshot) -> tuple[Requirement, ...]:
    """What pipenv installs, from whatever index; empty for a build without a Pipfile."""
    if build_plan(repo).buildpack != Buildpack.PIPFILE:
        return ()
    lock = used_file(repo, "Pipfile.lock")
    found = _locked(lock) if lock else _listed(repo)
    return tuple(one for text in found if isinstance(one := parse_requirement(text), Requirement))


def is_locked(repo: Snapshot) -> bool:
    """Whether pipenv installs what a Pipfile.lock lists and nothing else: it gives pip `--no-deps` then (pipenv 2022.1.8, core.py)."""
    return build_plan(repo).buildpack == Buildpack.PIPFILE and used_file(repo, "Pipfile.lock") is not None


def _listed(repo: Snapshot) -> Iterator[Text]:
    for one in pipfile_packages(repo):
        yield Text(f"{one.name}{'' if one.version == '*' else one.version}", one.name.place)


def _locked(lock: Source) -> Iterator[Text]:
    """The entries of a lock file with a version, as requirements at the place of their names."""
    places = {found[1]: lock.place(*found.span(1)) for found in _ENTRY.finditer(lock.text)}
    for name, entry in locked_entries(read_pipfile_lock(lock)).items():
        version, markers = str(entry.get("version", "")), entry.get("markers")
        if name in places and re.fullmatch(r"==[\w.!+-]+", version):
            yield Text(f"{name}{version}" + (f"; {markers}" if isinstance(markers, str) else ""), places[name])
