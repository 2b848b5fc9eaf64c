"""Merging: the requirements of two files brought into the one that Binder reads, with their comments, markers and order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append, append_items, append_lines, create, replace
from binderlint.lint.diagnostic import Delete, Edit
from binderlint.pattern import regex
from binderlint.read.packages import base_packages, conda_names_of
from binderlint.read.requirements import (
    CONDA_PIN,
    Invalid,
    Option,
    Requirement,
    canonical,
    parse_requirement,
    read_requirements,
    unquoted,
)
from binderlint.read.toml import parse_toml
from binderlint.source import Array, Source, Table, Text
from binderlint.values import NamedTuple

_SPEC_NAME = regex(r"(?:[^\s:\[]+::)?\s*([A-Za-z0-9_][\w.-]*)")
_COMMENT = regex(r"(?:^|\s+)(#.*)$")
_PYTHON = regex(r"python\s*={1,2}\s*(\d+\.\d+)(?:\.\d+)*(?:\.\*)?\s*$")


class Merge(NamedTuple):
    """The edits of a merge, and the packages that both files asked for, where the file that Binder reads today has the say."""

    edits: tuple[Edit, ...]
    kept: tuple[str, ...]


def conda_names(environment: Table) -> set[str]:
    """The names of the packages in environment.yml, those of its `pip:` list included, as indexes compare them."""
    names: set[str] = set()
    match environment:
        case {"dependencies": [*items]}:
            for item in items:
                if isinstance(item, Text) and (found := _SPEC_NAME.match(item)):
                    names.add(canonical(found[1]))
            for one in _pip_items(environment):
                if isinstance(one, Requirement):
                    names.add(one.project)
    return names


def has(names: set[str], key: str) -> bool:
    """Whether environment.yml's names hold a package that pip calls otherwise, or the same."""
    return bool({key, *map(canonical, conda_names_of(key))} & names)


def not_in(names: set[str], source: Source) -> list[str]:
    """The packages of a requirements file or a Pipfile that are not among the names, and not in repo2docker's own environment. Raises ValueError for a Pipfile that is no TOML."""
    there = base_packages()
    asked = of_pipfile(source) if source.name == "Pipfile" else _of_requirements(source)
    return [written for key, written in asked if not has(names, key) and key not in there]


def _of_requirements(source: Source) -> Iterator[tuple[str, str]]:
    for one in read_requirements(source):
        if isinstance(one, Requirement) and one.applies("3.12"):
            yield one.project, str(one.name or one.text)
        elif isinstance(one, Invalid) and (found := CONDA_PIN.match(one.line)):
            yield canonical(found[1]), found[1]


def of_pipfile(source: Source) -> Iterator[tuple[str, str]]:
    """The packages of a Pipfile, as indexes compare their names and as they are written. Raises ValueError where it is no TOML."""
    packages = parse_toml(source.text).get("packages")
    for name in packages if isinstance(packages, dict) else ():
        yield canonical(name), name


def into_environment(environment: Table, requirements: Source) -> Merge | None:
    """Move a requirements file into the `pip:` list of environment.yml; None where that cannot be done without loss."""
    if requirements.encoding != "utf-8" or requirements.decode_error:
        return None
    dependencies = environment.get("dependencies")
    if not isinstance(dependencies, Array) or not dependencies:
        return None
    names, kept = conda_names(environment), []
    lines: list[str] = []
    for text, comment in _lines(requirements):
        if not text:
            lines.append(comment)
            continue
        one = parse_requirement(Text(text, requirements.place()))
        match one:
            case Invalid() | None:
                return None
            case Requirement() if one.hashed or one.editable or _is_local(one):
                if requirements.folder or one.hashed:
                    return None
            case Option() if one.name in ("--requirement", "--constraint", "--require-hashes"):
                return None
        if isinstance(one, Requirement) and one.project and has(names, one.project):
            kept.append(str(one.name) or one.project)
            lines.append(_KEPT)
            continue
        lines.append(f"- {scalar(text)}" + (f"  {comment}" if comment else ""))
    lines = list(_without_orphans(lines))
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    added = into_pip_list(dependencies, lines) if any(line.startswith("-") for line in lines) else ()
    return None if added is None else Merge((*added, Delete(requirements.path)), tuple(dict.fromkeys(kept)))


_KEPT = "kept"
"""In place of a requirement that stays as environment.yml has it."""


def _without_orphans(lines: list[str]) -> Iterator[str]:
    """The lines but for comments above nothing but requirements that stay where they are."""
    held: list[str] = []
    stays = False
    for line in [*lines, ""]:
        if line == _KEPT:
            stays = True
        elif line.startswith("- "):
            yield from (*held, line)
            held, stays = [], False
        else:
            if stays or not line:
                yield from () if stays else held
                held, stays = [], False
            if line:
                held.append(line)
            else:
                yield line


def into_pip_list(dependencies: Array, lines: list[str]) -> tuple[Edit, ...] | None:
    """The edit that adds lines to the `pip:` list, which is made where there is none."""
    lists = [item["pip"] for item in dependencies if isinstance(item, Table) and "pip" in item]
    plain = [line[2:] for line in lines if line.startswith("- ") and "  #" not in line]
    if lists:
        array = lists[-1]
        if not isinstance(array, Array):
            return None
        if array and not array.flow:
            return (append_items(array, lines),)
        if len(plain) != len(lines) or not array.flow:
            return None
        written = ", ".join(_in_flow(item) for item in plain)
        return (append(array, written) if array else replace(array, f"[{written}]"),)
    with_pip = any(isinstance(item, Text) and re.match(r"(?:[^\s:]+::)?pip\b(?!-)", item) for item in dependencies)
    if dependencies.flow:
        if len(plain) != len(lines):
            return None
        written = ", ".join(_in_flow(item) for item in plain)
        return (append(dependencies, ("" if with_pip else "pip, ") + f"{{pip: [{written}]}}"),)
    nested = ["- pip:", *(f"    {line}" if line else "" for line in lines)]
    return (append_items(dependencies, nested if with_pip else ["- pip", *nested]),)


def into_requirements(environment: Table, requirements: Source, runtime: str) -> Merge | None:
    """Move the `pip:` list of an environment.yml that asks conda for nothing but Python into a requirements file.

    `runtime` is the path that runtime.txt has to have. None where something would be lost or changed: comments, packages asked for in
    both files in different ways, a Python version that runtime.txt cannot name.
    """
    source = environment.place.source
    python, only_pip = only_pip_packages(environment)
    if not only_pip or "#" in source.text or set(environment) - {"name", "channels", "dependencies", "prefix"}:
        return None
    there = {one.key: one for one in read_requirements(requirements) if isinstance(one, Requirement)}
    new: list[str] = []
    for one in _pip_items(environment):
        if not isinstance(one, Requirement) or one.hashed or _is_local(one):
            return None
        if one.key not in there:
            new.append(str(one.text))
        elif str(there[one.key].text).replace(" ", "") != str(one.text).replace(" ", ""):
            return None
    edits: list[Edit] = [append_lines(requirements, "\n".join(new))] if new else []
    if python:
        edits.append(create(runtime, f"python-{python}\n"))
    return Merge((*edits, Delete(source.path)), ())


def only_pip_packages(environment: Table) -> tuple[str, bool]:
    """The Python version of environment.yml, and whether all else that it asks for is in its `pip:` list, under a Python that runtime.txt can name."""
    dependencies = environment.get("dependencies")
    if not isinstance(dependencies, Array) or not any(_pip_items(environment)):
        return "", False
    python = ""
    for item in dependencies:
        if isinstance(item, Table) and set(item) == {"pip"}:
            continue
        if not isinstance(item, Text):
            return "", False
        if found := _PYTHON.match(item):
            python = found[1]
        elif item.strip() not in ("python", "pip", "setuptools", "wheel"):
            return "", False
    return python, True


def _pip_items(environment: Table) -> list[Requirement | Option | Invalid]:
    dependencies = environment.get("dependencies")
    lists = [
        item["pip"] for item in dependencies or () if isinstance(item, Table) and isinstance(item.get("pip"), Array)
    ]
    items = [parse_requirement(unquoted(item)) for array in lists for item in array if isinstance(item, Text)]
    return [item for item in items if item]


def _is_local(one: Requirement) -> bool:
    return one.url is not None and not one.remote


def _lines(source: Source) -> list[tuple[str, str]]:
    """Requirement and comment of each line, continued lines as one; both empty for a blank line."""
    found: list[tuple[str, str]] = []
    pending = ""
    for line in source.lines():
        text = (pending + line.removeprefix("\ufeff").strip()).strip()
        if text.endswith("\\") and not text.startswith("#"):
            pending = text[:-1].rstrip() + " "
            continue
        pending = ""
        comment = _COMMENT.search(text)
        found.append((text[: comment.start()] if comment else text, comment[1] if comment else ""))
    return [*found, (pending.strip(), "")] if pending else found


def scalar(text: str) -> str:
    """A string as a YAML scalar for one line: plain where that is the same string, else in quotes."""
    import yaml

    try:
        node = yaml.compose(f"- {text}", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        node = None
    item = node.value[0] if node else None
    if item is not None and item.id == "scalar" and item.value == text and item.tag == "tag:yaml.org,2002:str":
        return text
    return "'" + text.replace("'", "''") + "'"


def _in_flow(written: str) -> str:
    """A scalar of a block list as one of a flow list."""
    return (
        "'" + written.replace("'", "''") + "'"
        if re.search(r"[\[\]{},]", written) and written[0] not in "'\""
        else written
    )
