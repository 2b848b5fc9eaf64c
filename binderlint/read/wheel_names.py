"""Wheel names: for which Python and system the file name of a wheel says that it was built."""

from __future__ import annotations

import re
from urllib.parse import unquote

from binderlint.pattern import regex
from binderlint.read.digits import release

_FILE = regex(r"(?:^|[/\\=@ ])([^/\\=@ ?#]+\.whl)(?:$|[?#;])")
_GLIBC = (2, 39)
"""The C library of Ubuntu 24.04, on which repo2docker's images are."""
_SYSTEMS = {"win": "Windows", "macosx": "macOS", "musllinux": "Alpine Linux"}


def wheel_file(text: str) -> str:
    """The file name of a wheel in an address, a path or a requirement; empty where there is none."""
    found = _FILE.search(text) if ".whl" in text else None
    return unquote(found[1]) if found else ""


def refused_for(name: str, python: str) -> str | None:
    """What a wheel was built for, as a message says it, where pip of a Python such as `3.10` on Binder's Linux refuses it; None where it takes it, and for what is no name of a wheel."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        tags = parse_wheel_filename(name)[3]
    except (InvalidWheelFilename, ValueError):  # InvalidVersion
        return None
    if not tags:
        return None
    fitting = [tag for tag in tags if _fits_python(tag.interpreter, tag.abi, python)]
    if not fitting:
        first = min(tags, key=str)
        return f"{'the free-threaded ' if first.abi.endswith('t') else ''}{_python_of(first.interpreter)}"
    if any(_fits_system(tag.platform) for tag in fitting):
        return None
    platform = min(tag.platform for tag in fitting)
    if platform.startswith("manylinux") and platform.endswith("_x86_64"):
        return "a newer Linux"
    return next((spoken for start, spoken in _SYSTEMS.items() if platform.startswith(start)), "another processor")


def _python_of(interpreter: str) -> str:
    found = re.fullmatch(r"(cp|py|pp)(\d)(\d*)", interpreter)
    if not found:
        return f"`{interpreter}`"
    return f"{'PyPy' if found[1] == 'pp' else 'Python'} {found[2]}{'.' + found[3] if found[3] else ''}"


def _fits_python(interpreter: str, abi: str, python: str) -> bool:
    found = re.fullmatch(r"(cp|py)(\d)(\d*)", interpreter)
    major, minor = release(python)[:2]
    if not found or int(found[2]) != major or (found[3] and int(found[3]) > minor):
        return False
    return found[1] == "py" or abi == "abi3" or (found[3] == str(minor) and not abi.endswith("t"))


def _fits_system(platform: str) -> bool:
    if platform == "any" or re.fullmatch(r"(?:linux|manylinux1|manylinux2010|manylinux2014)_x86_64", platform):
        return True
    found = re.fullmatch(r"manylinux_(\d+)_(\d+)_x86_64", platform)
    return found is not None and (int(found[1]), int(found[2])) <= _GLIBC
