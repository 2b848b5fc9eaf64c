"""Own package: the names under which the repository itself is a Python package."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.read.requirements import canonical
from binderlint.snapshot import Snapshot

_NAMED = {
    "pyproject.toml": regex(
        r"""^\[(?:project|tool\.poetry|tool\.flit\.metadata)\](?:(?!^\[).)*?^(?:name|dist-name|module)\s*=\s*["']([\w.-]+)["']""",
        re.M | re.S,
    ),
    "setup.cfg": regex(r"^\[metadata\](?:(?!^\[).)*?^name\s*=\s*([\w.-]+)", re.M | re.S),
    "setup.py": regex(r"""\b(?:name|NAME|DISTNAME|package_name)\s*=\s*["']([\w.-]+)["']"""),
}


def own_names(repo: Snapshot) -> frozenset[str]:
    """Names of the package in the root, as pyproject.toml, setup.cfg and setup.py write them; empty where a program computes them."""
    names = (
        found[1]
        for path, pattern in _NAMED.items()
        if (source := repo.get(path)) and (found := pattern.search(source.prose))
    )
    return frozenset(canonical(name) for name in names)
