"""Which Python and R a build gets, and the line that decides it (python_version and r_version of each buildpack)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from binderlint.pattern import regex
from binderlint.read.digits import is_number
from binderlint.read.specifiers import admits
from binderlint.read.toml import decode_error_place, find_value, parse_loose
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.environment import Environment
from binderlint.repo2docker.plan import Version
from binderlint.repo2docker.reading import RaisedError, attempt, open_source, read_text
from binderlint.repo2docker.tables import PLATFORM, repo2docker
from binderlint.source import Place
from binderlint.typed import Any

_NUMBER = r"(?:0|[1-9]\d*)"
_SEMVER = regex(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z", re.ASCII)


def default_python() -> str:
    """The Python of a repository that names none."""
    return str(repo2docker()["python"]["majors"]["3"])


def python_version(checkout: Checkout, environment: Environment, buildpack: Buildpack) -> Version:
    """The Python of the kernel. Raises RaisedError."""
    if buildpack == Buildpack.CONDA:
        return _conda(environment)
    if buildpack == Buildpack.PIPFILE:
        return _pipfile(checkout)
    return _python(checkout)


def _conda(environment: Environment) -> Version:
    found = environment.python
    if not found or not found[0]:
        return Version(default_python(), None, "environment.yml names no Python version that repo2docker reads")
    return _short(*found)


def _short(written: str, place: Place) -> Version:
    """`3` and `3.9.7` as `x.y`."""
    parts = written.split(".")
    if len(parts) == 1:
        majors = repo2docker()["python"]["majors"]
        return Version(
            attempt(lambda: str(majors[written]), place), place, "a major version stands for repo2docker's default"
        )
    return Version(".".join(parts[:2]), place, f"written here as {written}" if len(parts) > 2 else "written here")


def _pipfile(checkout: Checkout) -> Version:
    """Pipfile.lock's `_meta.requires`, then Pipfile's `[requires]` (pipfile/__init__.py)."""
    for requires, place_of_key in [*_lock_requires(checkout), *_pipfile_requires(checkout)]:
        for key in ("python_full_version", "python_version"):
            place = place_of_key(key)
            if found := attempt(partial(_leading_version, requires, key), place):
                return _short(found, place)
    return Version(default_python(), None, "neither Pipfile.lock nor Pipfile names a Python version")


def _leading_version(requires: Any, key: str) -> str | None:
    written = requires.get(key, None)
    match = re.match(r"\d+(\.\d+)*", written) if written else None
    return match.group() if match else None


_Requires = tuple[Any, Callable[[str], Place]]
"""The object that should be the table of requirements, and where its keys stand."""


def _lock_requires(checkout: Checkout) -> Iterator[_Requires]:
    path = checkout.path("Pipfile.lock")
    source = open_source(checkout.repo, path)
    if source is None:
        return
    import json

    def place(key: str) -> Place:
        found = re.search(rf'"{key}"\s*:\s*("[^"\n]*")', source.text)
        return source.place(*found.span(1)) if found else source.place()

    def error_place(error: Exception) -> Place:
        return source.place(source.line(min(getattr(error, "lineno", 1), len(source.line_starts))).start)

    text = read_text(source, path)
    content = attempt(lambda: json.loads(text), error_place)
    yield attempt(lambda: content.get("_meta", {}).get("requires", {}), source.place()), place


def _pipfile_requires(checkout: Checkout) -> Iterator[_Requires]:

    path = checkout.path("Pipfile")
    source = open_source(checkout.repo, path)
    if source is None:
        return

    def place(key: str) -> Place:
        found = find_value(source, "requires", key)
        return found.place if found else source.place()

    text = read_text(source, path)
    content: Any = attempt(lambda: parse_loose(text), lambda error: decode_error_place(source, error))
    yield attempt(lambda: content.get("requires", {}), source.place()), place


def _python(checkout: Checkout) -> Version:
    """runtime.txt, else `requires-python` of a pyproject.toml in the root, else the default (python/__init__.py)."""
    runtime = checkout.runtime
    if runtime.name not in (None, "python"):
        return Version(default_python(), None, "runtime.txt names no Python")
    found = Version(default_python(), None, "no file names a Python version")
    decided = False
    if runtime.name and runtime.version is not None:
        version, place = runtime.version, runtime.place or checkout.repo.place
        if _release_length(version, place) <= 1:
            majors = repo2docker()["python"]["majors"]
            found = Version(
                attempt(lambda: str(majors[version]), place), place, "a major version stands for the default"
            )
        else:
            found, decided = Version(version, place, "written here"), True
    if not checkout.has_in_root("pyproject.toml"):
        return found
    return _fit_pyproject(checkout, found, decided)


def _release_length(version: str, place: Place) -> int:
    if re.fullmatch(r"[0-9]{1,100}(\.[0-9]{1,100})*", version):
        return version.count(".") + 1
    from packaging.version import Version as Parsed

    return len(attempt(lambda: Parsed(version).release, place))


def _fit_pyproject(checkout: Checkout, found: Version, decided: bool) -> Version:
    """Another Python where `requires-python` excludes the one found: the newest that repo2docker has and the file allows."""
    pyproject = checkout.pyproject
    source = checkout.repo.get("pyproject.toml")
    if "project" not in pyproject or source is None:
        return found
    place = getattr(find_value(source, "project", "requires-python"), "place", source.place())
    project = pyproject["project"]
    if not attempt(lambda: "requires-python" in project, place):
        return found
    written = attempt(lambda: project["requires-python"], place)
    if isinstance(written, str) and admits(written, found.version):
        return found
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version as Parsed

    allowed = attempt(lambda: SpecifierSet(written), place)
    if attempt(lambda: Parsed(found.version) in allowed, place):
        return found
    if decided:
        raise RaisedError("RuntimeError", "runtime.txt version not supported by pyproject.toml.", found.place or place)
    supported = attempt(lambda: list(allowed.filter(repo2docker()["python"]["supported"])), place)
    if not supported:
        message = "repo2docker does not support a Python version compatible with pyproject.toml."
        raise RaisedError("RuntimeError", message, place)
    reason = f"the newest that `requires-python` allows, as it excludes the default {found.version}"
    return Version(str(supported[-1]), place, reason)


def separate_kernel(python: Version, fallback: Place) -> bool:
    """Whether the kernel gets an environment of its own, beside a server on the default Python (conda/__init__.py). Raises RaisedError."""
    if not python.version:
        return False
    return _semver(python.version, python.place or fallback) < _semver(
        repo2docker()["python"]["kernel_cutoff"], fallback
    )


def _semver(written: str, place: Place) -> tuple[int, ...]:
    """A version of at least two parts as numbers, as semver.py's parse_version compares them."""
    parts = written.split(".")
    if len(parts) == 2 and all(is_number(part) and part[:1] in "123456789" and len(part) < 10 for part in parts):
        return int(parts[0]), int(parts[1]), 0, 1
    full = written if _SEMVER.match(written) else written + ".0" * (2 - written.count("."))
    if not _SEMVER.match(full):
        raise RaisedError("ValueError", f"{full} is not valid SemVer string", place)
    core, _, prerelease = full.partition("+")[0].partition("-")
    numbers = attempt(lambda: tuple(int(part) for part in core.split(".")), place)
    return (*numbers, 0 if prerelease else 1)


def check_lock_file(buildpack: Buildpack, python: Version, separate: bool, place: Place) -> None:
    """Whether repo2docker has a base environment for this Python (conda/__init__.py, get_build_script_files). Raises RaisedError."""
    place = python.place or place
    if not python.version or len(python.version.split(".")) != 2:
        message = f"{buildpack}.python_version must always be specified as 'x.y', e.g. '3.10', got {python.version}."
        raise RaisedError("ValueError", message, place)
    if python.version not in repo2docker()["python"]["lock_files"][PLATFORM]:
        raise RaisedError("ValueError", f"Python version {python.version} on {PLATFORM} is not supported!", place)


def r_version(checkout: Checkout, environment: Environment, buildpack: Buildpack) -> Version | None:
    """The R of an R repository (r.py), or the one that conda is asked for; None where there is none. Raises RaisedError."""
    if buildpack != Buildpack.R:
        found = environment.r_base
        return Version(found[0], found[1], "conda's R") if found and found[0] else None
    tables = repo2docker()["r"]
    runtime = checkout.runtime
    if not runtime.version:
        default = tables["versions"][tables["default"]]
        return Version(default, None, "runtime.txt names no version of R")
    place = runtime.place or checkout.repo.place
    if runtime.version in tables["versions"]:
        return Version(tables["versions"][runtime.version], place, f"repo2docker's release of R {runtime.version}")
    if runtime.version.count(".") != 2:
        message = f"R version {runtime.version} is not supported. Please open an issue at https://github.com/jupyterhub/repo2docker/issues/new/choose."
        raise RaisedError("RuntimeError", message, place)
    return Version(runtime.version, place, "written here; repo2docker does not check that it exists")


def check_snapshot(checkout: Checkout) -> None:
    """Whether R's package snapshot is one that still exists (r.py, get_build_scripts). Raises RaisedError."""
    runtime = checkout.runtime
    first = repo2docker()["r"]["first_snapshot"]
    if runtime.name == "r" and runtime.date and runtime.date.isoformat() < first:
        message = (
            f"Microsoft killed MRAN, the source of R package snapshots before {first}. "
            f"This repo has a snapshot date of {runtime.date:%Y-%m-%d} specified in runtime.txt. "
            "Please use a newer snapshot date"
        )
        raise RaisedError("RuntimeError", message, runtime.place or checkout.repo.place)
