"""Installed: the versions in a Python environment of the user, as a source of pins beside the lock files of a repository."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from binderlint.outside.programs import find_program
from binderlint.pattern import regex
from binderlint.read.lock import Lock
from binderlint.read.requirements import canonical
from binderlint.source import RepositoryError
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_PYTHON = regex(r"(?:python|pypy)[\d.]*t?(?:\.exe)?", re.IGNORECASE)
# The Python is isolated, so its user's own packages (which a virtual environment has none of) are not on its path: they are looked up, and nothing of them is run.
_ASK = """
import site, sys
user = site.getusersitepackages() if sys.prefix == sys.base_prefix else ""
print(repr((sys.version_info[0], sys.version_info[1], sys.prefix, [user] + sys.path)))
"""


class InstalledError(RepositoryError):
    """What was named is no Python environment; the message is for the user."""


def read_installed(given: str) -> Lock:
    """What is installed beside a Python: a path of it, its name, or the folder of its environment. Raises InstalledError."""
    major, minor, prefix, paths = _ask(given, _executable(given))
    return Lock(given, dict(_distributions(paths)), dict(_conda(prefix)), f"=={major}.{minor}.*")


def _executable(given: str) -> str:
    """The program. One that is named without its folder is looked for in PATH, never in the current folder."""
    path = Path(given)
    if given and path.is_dir() and not _PYTHON.fullmatch(given):
        for name in ("bin/python", "Scripts/python.exe", "python.exe"):
            if (path / name).exists():
                return os.path.abspath(path / name)
        raise InstalledError(f"--from-env {given}: there is no bin/python in this folder")
    inside = os.path.dirname(given) and path.exists()
    found = os.path.abspath(path) if inside else find_program(given, os.get_exec_path())
    if not found:
        raise InstalledError(f"--from-env {given}: there is no such Python, nor folder of an environment")
    return found


def _ask(given: str, python: str) -> tuple[int, int, str, list[str]]:
    """The version, the prefix and the module path of a Python."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", _ASK],
            cwd=os.path.dirname(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=60,
            check=True,
        )
        major, minor, prefix, paths = ast.literal_eval(done.stdout.strip().rpartition("\n")[2])
        return int(major), int(minor), str(prefix), [str(path) for path in paths if os.path.isabs(path)]
    except (OSError, subprocess.SubprocessError, SyntaxError, ValueError, TypeError) as error:
        raise InstalledError(f"--from-env {given}: it does not run as a Python") from error


def _distributions(paths: list[str]) -> Iterator[tuple[str, str]]:
    """Name and version of what is installed: of a name that is on the path twice the first, as Python takes it."""
    from importlib.metadata import distributions

    found: dict[str, tuple[str, str]] = {}
    for one in distributions(path=paths):
        try:
            name, version = canonical(one.metadata["Name"] or ""), _release(one)
        except (OSError, LookupError, TypeError, ValueError):  # the remains of something uninstalled
            continue
        folder = str(one.locate_file(""))
        if found.setdefault(name, (folder, version))[0] == folder and found[name][1] != version:
            found[name] = (folder, "")  # one of them is the remains of an update
    yield from ((name, version) for name, (_, version) in found.items() if name and version)


def _release(one: Distribution) -> str:
    """The version, if it is one that others can install; empty for a checkout and a local build."""
    from packaging.version import Version

    if Path(str(one.locate_file(""))).name not in ("site-packages", "dist-packages"):
        return ""  # the source folder of `setup.py develop`
    if one.read_text("direct_url.json") and (one.read_text("INSTALLER") or "").strip() != "conda":
        return ""  # from an address or a folder; conda's own builds say so too
    version = Version(one.metadata["Version"] or "")
    return "" if version.local or version.is_devrelease else str(one.metadata["Version"])


def _conda(prefix: str) -> Iterator[tuple[str, str]]:
    """Name and version of what conda installed; its records are named `name-version-build.json`."""
    for record in sorted(Path(prefix, "conda-meta").glob("*-*-*.json")):
        name, version, _ = record.stem.rsplit("-", 2)
        yield canonical(name), version
