"""Own package: the Python package that the repository itself is: its names, and the Python it needs."""

from __future__ import annotations

import re
from typing import Any

from binderlint.fact import fact
from binderlint.pattern import regex
from binderlint.read.requirements import canonical
from binderlint.read.toml import parse_pyproject
from binderlint.snapshot import Snapshot

_NAMES = (
    ("setup.cfg", regex(r"^\[metadata\](?:(?!^\[).)*?^name\s*=\s*([\w.-]+)", re.M | re.S)),
    ("setup.py", regex(r"""\b(?:name|NAME|DISTNAME|package_name)\s*=\s*["']([\w.-]+)["']""")),
)
_PYTHONS = (
    ("setup.cfg", regex(r"^python_requires\s*=\s*([^\n#]+)", re.M)),
    ("setup.py", regex(r"""\bpython_requires\s*=\s*["']([^"']+)["']""")),
)
# Where the tools that build packages look for a name.
_KEYS = (("project", "name"), ("tool", "poetry", "name"), ("tool", "flit", "metadata", "dist-name"))
_MODULE = ("tool", "flit", "metadata", "module")


@fact
def own_names(repo: Snapshot) -> frozenset[str]:
    """Names of the package in the root, as pyproject.toml, setup.cfg and setup.py write them; empty where a program computes them."""
    written = [*(_value(repo, *keys) for keys in (*_KEYS, _MODULE)), *_found(repo, _NAMES)]
    return frozenset(canonical(name) for name in written if name)


@fact
def own_python(repo: Snapshot) -> str:
    """The versions of Python that the package in the root can be installed with, as a specifier; empty where it does not say."""
    written = (_value(repo, "project", "requires-python"), *_found(repo, _PYTHONS))
    return next((one.strip() for one in written if one), "")


def _value(repo: Snapshot, *keys: str) -> str:
    """A text in the pyproject.toml of the root, empty where there is none."""
    source = repo.get("pyproject.toml")
    try:
        value: Any = parse_pyproject(source) if source else None
    except (ValueError, RecursionError):  # brackets that are nested too deeply
        return ""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _found(repo: Snapshot, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> list[str]:
    """What stands in files that are not TOML."""
    sources = ((repo.get(path), pattern) for path, pattern in patterns)
    return [found[1] for source, pattern in sources if source and (found := pattern.search(source.prose))]
