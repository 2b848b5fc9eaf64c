"""pyproject.toml: what pip and every build backend refuse of it."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.read.requirements import is_plain_requirement
from binderlint.read.specifiers import is_plain, is_release
from binderlint.read.toml import find_value
from binderlint.source import Place, Source
from binderlint.typed import Any
from binderlint.values import NamedTuple

_NAME = regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
# Backends that were tried with each of the faults below; "" is setuptools, for a file that names none.
_TRIED = ("", "setuptools.build_meta", "setuptools.build_meta:__legacy__", "hatchling.build", "flit_core.buildapi", "pdm.backend", "poetry.core.masonry.api")  # fmt: skip
_POETRY = "poetry.core.masonry.api"


class Fault(NamedTuple):
    """Where the fault is, what is wrong (a clause), and what to do."""

    place: Place
    words: str
    advice: str


def faults(source: Source, table: dict[str, Any], backend: str) -> Iterator[Fault]:
    """What pip refuses of `[build-system]`, and every backend that was tried of `[project]`; nothing of the latter for another backend."""
    yield from _of_system(source, table.get("build-system"))
    if backend in _TRIED:
        yield from _of_project(source, table.get("project"), backend == _POETRY)


def _of_system(source: Source, system: Any) -> Iterator[Fault]:
    """What pip itself refuses (pip/_internal/pyproject.py)."""
    if not isinstance(system, dict):
        return
    place = _place(source, "build-system")
    if "requires" not in system:
        yield Fault(
            place,
            "The table `[build-system]` has no `requires`",
            'Add `requires = ["setuptools"]`, or what the backend needs',
        )
    elif not _is_list(system["requires"]):
        yield Fault(
            _place(source, "build-system", "requires"),
            "`requires` is not a list of strings",
            'Write it as in `requires = ["setuptools"]`',
        )
    else:
        yield from _of_requirements(source, system["requires"], "requires", place)


def _of_project(source: Source, project: Any, poetry: bool) -> Iterator[Fault]:
    """What every backend refuses."""
    if not isinstance(project, dict):
        return
    dynamic = project.get("dynamic")
    dynamic = dynamic if isinstance(dynamic, list) else []
    table = _place(source, "project")
    name, version = project.get("name"), project.get("version")
    if name is None:
        yield Fault(table, "The table `[project]` has no `name`", 'Add a name, such as `name = "tides"`')
    elif not isinstance(name, str) or not _NAME.fullmatch(name):
        advice = "Use letters, digits, `-`, `_` and `.`, with a letter or digit first and last"
        yield Fault(_place(source, "project", "name"), f"`{name}` cannot be the name of a package", advice)
    if version is None and "version" not in dynamic:
        yield Fault(table, "The table `[project]` has no `version`", 'Add one, such as `version = "0.1.0"`')
    elif version is not None and not (isinstance(version, str) and _is_version(version)):
        advice = (
            'Write it in quotes, as in `version = "1.0"`'
            if not isinstance(version, str)
            else 'Use numbers, as in `version = "0.1.0"`'
        )
        yield Fault(_place(source, "project", "version"), f"`{version}` is not a version", advice)
    elif version is not None and "version" in dynamic and not poetry:
        yield Fault(
            _place(source, "project", "version"),
            "The version is given here, and `dynamic` says that it is not",
            "Remove one of the two",
        )
    python = project.get("requires-python")
    if isinstance(python, str) and not (poetry and _is_version(python)) and not _is_specifier(python):
        advice = 'Write it as in `requires-python = ">=3.10"`'
        yield Fault(
            _place(source, "project", "requires-python"),
            f"pip does not understand `{python}` as a range of versions",
            advice,
        )
    needed = project.get("dependencies", [])
    extras = project.get("optional-dependencies", {})
    for key, items in {"dependencies": needed, **(extras if isinstance(extras, dict) else {})}.items():
        place = _place(source, "project", key if items is needed else "optional-dependencies")
        if not _is_list(items):
            advice = f'Write it as a list of strings: `{key} = ["numpy>=1.26"]`'
            yield Fault(place, f"`{key}` is not a list of strings", advice)
        else:
            yield from _of_requirements(source, items, key, place)


def _of_requirements(source: Source, items: list[str], key: str, otherwise: Place) -> Iterator[Fault]:
    for item in items:
        if not _is_requirement(item):
            at = max(source.text.find(f'"{item}"'), source.text.find(f"'{item}'"))
            place = source.place(at, at + len(item) + 2) if at >= 0 else otherwise
            advice = "Write a version as in `numpy==1.26.4` or `numpy>=1.26`, with nothing else in the string"
            yield Fault(place, f"pip does not understand the requirement `{item}` in `{key}`", advice)


def _place(source: Source, *keys: str) -> Place:
    """Where a value is written, or else its table."""
    if value := find_value(source, *keys):
        return value.place
    for line in source.lines():
        if len(keys) > 1 and line.lstrip().startswith((f"{keys[1]} ", f"{keys[1]}=", f"[{keys[0]}.{keys[1]}]")):
            return line.trimmed().place
    header = next((line for line in source.lines() if line.strip().startswith(f"[{keys[0]}]")), None)
    return header.trimmed().place if header is not None else source.place()


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_requirement(text: str) -> bool:
    if is_plain_requirement(text):
        return True
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


def _is_version(text: str) -> bool:
    if is_release(text):
        return True
    from packaging.version import InvalidVersion, Version

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _is_specifier(text: str) -> bool:
    if is_plain(text):
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True
