"""Own package: the Python package that the repository itself is: its names, the Python it needs, and where the build installs it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from binderlint.fact import fact
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.pattern import regex
from binderlint.read.constraints import without_caret
from binderlint.read.requirements import canonical
from binderlint.read.script import Command
from binderlint.read.toml import find_value, parse_pyproject
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.detection import Checkout
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text
from binderlint.values import NamedTuple

_NAMES = (
    ("setup.cfg", regex(r"^\[metadata\](?:(?!^\[).)*?^name\s*=\s*([\w.-]+)", re.M | re.S)),
    ("setup.py", regex(r"""\b(?:name|NAME|DISTNAME|package_name)\s*=\s*["']([\w.-]+)["']""")),
)
_PYTHONS = (
    ("setup.cfg", regex(r"^python_requires\s*=\s*([^\n#]+)", re.M)),
    ("setup.py", regex(r"""^[^\n#]*\bpython_requires\s*=\s*["']([^"'\n]+)["']""", re.M)),
)
# Where the tools that build packages look for a name.
_KEYS = (("project", "name"), ("tool", "poetry", "name"), ("tool", "flit", "metadata", "dist-name"))
_MODULE = ("tool", "flit", "metadata", "module")
_BACKEND = ("build-system", "build-backend")
_POETRY = ("tool", "poetry", "dependencies", "python")
_ITSELF = regex(r"\./?(?:\[[\w,\s-]*\])?")


class OwnInstall(NamedTuple):
    """Where the package in the root is installed, and whether the build stops when that fails."""

    place: Place
    stops: bool


@fact
def own_names(repo: Snapshot) -> frozenset[str]:
    """Names of the package in the root, as pyproject.toml, setup.cfg and setup.py write them; empty where a program computes them."""
    written = (*(_value(repo, *keys) for keys in (*_KEYS, _MODULE)), *_found(repo, _NAMES))
    return frozenset(canonical(name) for name in written if name)


@fact
def own_python(repo: Snapshot) -> Text | None:
    """The versions of Python that the package in the root can be installed with, as a specifier; None where it does not say."""
    source, backend = repo.get("pyproject.toml"), own_backend(repo)
    for keys in (("project", "requires-python"), *([_POETRY] if "poetry" in backend else [])):
        if source and (written := _value(repo, *keys)):
            place = getattr(find_value(source, *keys), "place", source.place())
            return Text(without_caret(written), place)
    # setuptools drops what pyproject.toml does not say (setuptools, config/_apply_pyprojecttoml.py)
    if "project" in _table(repo) or (backend and "setuptools" not in backend):
        return None
    return next(_found(repo, _PYTHONS), None)


def own_backend(repo: Snapshot) -> str:
    """What builds the package in the root, as pyproject.toml says; empty where it does not, which is setuptools in its old way."""
    return _value(repo, *_BACKEND)


def own_build_requirements(repo: Snapshot) -> tuple[str, ...]:
    """The canonical names of what pip installs to build the package in the root."""
    system = _table(repo).get("build-system")
    written = system.get("requires") if isinstance(system, dict) else None
    if not isinstance(written, list):
        return ("setuptools", "wheel")
    return tuple(canonical(re.split(r"[^\w.-]", one.strip())[0]) for one in written if isinstance(one, str))


@fact
def own_installs(repo: Snapshot) -> tuple[OwnInstall, ...]:
    """Where pip installs the package in the root, into the environment that notebooks run in: in a list for pip, in postBuild, or because repo2docker does so by itself."""
    return tuple(_own_installs(repo))


def _own_installs(repo: Snapshot) -> Iterator[OwnInstall]:
    plan = build_plan(repo)
    if not plan.transparent or plan.error:
        return
    for file in pip_files(repo):
        folder = file.source.folder if file.array is not None else ""
        for one in file.requirements:
            if one.url and not one.remote and not file.constraint:
                path = re.split(r"[#?\[]", str(one.url).removeprefix("file:"))[0]
                if posixpath.normpath(posixpath.join(folder, path)) == ".":
                    yield OwnInstall(one.text.place, stops=True)
    if plan.buildpack not in (Buildpack.CONDA, Buildpack.PIPFILE) and Checkout(repo).is_python_package:
        wanted = own_python(repo)
        yield OwnInstall(wanted.place if wanted else repo.place, stops=True)
    # with a kernel of its own, `pip` is that of the server (conda/__init__.py, get_path)
    script = None if plan.separate_kernel else post_build_script(repo)
    if script is None:
        return
    for command in script.executed:
        if _installs_itself(command):
            yield OwnInstall(command.place, stops=script.decides(command))


def _installs_itself(command: Command) -> bool:
    return (
        re.fullmatch(r"pip[\d.]*", command.name) is not None
        and command.values[:1] == ("install",)
        and not command.ignored
        and command.cwd == ""
        and any(_ITSELF.fullmatch(one) for one in command.operands[1:])
        and not command.has("--ignore-requires-python")
        and "run" not in " ".join(command.wrappers)
    )


def _value(repo: Snapshot, *keys: str) -> str:
    """A text in the pyproject.toml of the root, empty where there is none."""
    value: Any = _table(repo)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _table(repo: Snapshot) -> dict[str, Any]:
    source = repo.get("pyproject.toml")
    try:
        return parse_pyproject(source) if source else {}
    except (ValueError, RecursionError):  # brackets that are nested too deeply
        return {}


def _found(repo: Snapshot, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> Iterator[Text]:
    """What stands in files that are not TOML."""
    for path, pattern in patterns:
        if (source := repo.get(path)) and (found := pattern.search(source.prose)):
            yield Text(found[1].strip(), source.place(*found.span(1)))
