"""Foreign: names in pip's lists that are no packages for pip on Linux: modules of Python, parts of other packages, what only other systems or conda have."""

from __future__ import annotations

import sys
from functools import cache

from binderlint.data import pairs
from binderlint.read.constraints import only_below
from binderlint.read.requirements import Requirement, canonical

PART_OF = {
    "mpl-toolkits": "matplotlib",
    "matplotlib-pyplot": "matplotlib",
    "pylab": "matplotlib",
    "scipy-misc": "scipy",
}
"""What is a part of another package, by its canonical name."""

# Modules of the standard library of which the index of Python packages has an unrelated or old package: pip finds that one.
_STDLIB_ON_INDEX = {
    "antigravity", "argparse", "ast", "asyncio", "chunk", "configparser", "contextvars", "dataclasses", "datetime", "dis", "email",
    "enum", "functools", "graphlib", "hmac", "html", "http", "importlib", "ipaddress", "logging", "mailbox", "modulefinder",
    "multiprocessing", "pathlib", "readline", "resource", "secrets", "selectors", "ssl", "statistics", "token", "typing", "uuid", "wave",
    "wsgiref",
}  # fmt: skip

# No file of these installs on Linux: no wheel, and no source that builds there.
_BELONGS = {
    "pywin32": "win32",
    "pypiwin32": "win32",
    "pywinpty": "win32",
    "windows-curses": "win32",
    "pyobjc": "darwin",
    "pyobjc-core": "darwin",
}

# Names under which pip has no package any more, and the first release that it cannot install: 2.12.0 of tensorflow-gpu is only an error message,
# and all of conda's are withdrawn, so pip takes one that is asked for by `==`.
_REAL_BELOW = {"tensorflow-gpu": (2, 12), "conda": (4, 3, 17)}


@cache
def stdlib_names() -> frozenset[str]:
    """The canonical names of Python's own modules of which pip finds no package."""
    return frozenset(canonical(name) for name in sys.stdlib_module_names if not name.startswith("_")) - _STDLIB_ON_INDEX


def platform_of(name: str) -> str:
    """The `sys_platform` that a package is for, empty when it is for Linux too."""
    return "darwin" if name.startswith("pyobjc-framework-") else _BELONGS.get(name, "")


def is_real(one: Requirement) -> bool:
    """Whether pip has what a requirement asks for, though it cannot install the newest release of this name."""
    end = _REAL_BELOW.get(one.key)
    return end is not None and (one.key != "conda" or bool(one.pin)) and only_below(one.specifier, end)


def is_foreign(name: str) -> bool:
    """Whether it is known without asking an index that pip cannot install a package of this canonical name."""
    known = (PART_OF, stdlib_names(), pairs("wrong_pip_names.tsv"), pairs("not_for_pip.tsv"))
    return bool(platform_of(name)) or any(name in names for names in known)
