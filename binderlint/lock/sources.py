"""Sources: what a package of which there is only the source requires, as the archive says it. Nothing in the archive is run.

Before 2020 many packages had no wheels. The archives that setuptools made hold what install_requires came to on the computer of the author
(`*.egg-info/requires.txt`), those of flit, poetry and hatch hold it in PKG-INFO. pip on Binder runs the setup.py, which nearly always says the same.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from binderlint.lock.metadata import mended
from binderlint.outside.http import Limits, OnlineError, read_web
from binderlint.pattern import regex
from binderlint.read.requirements import canonical

_ARCHIVE = Limits(seconds=300, size=400_000_000)  # pyspark, of which there are only sources, has 200 to 320 MB
_MEMBERS = 50_000
_UNPACKED = 2_000_000_000  # bytes that are gone through
_LARGEST = 1_000_000  # bytes of a file that is read
_STEP = regex(r"^\w+ (?:(Searching for a compatible version of)|Selecting:) ([\w.-]+)", re.MULTILINE)
_INFO = regex(r"[^/]+/PKG-INFO")
_REQUIRES = regex(r"[^/]+(?:/src|/lib)?/[^/]+\.egg-info/requires\.txt")
_WHEEL = regex(r"([A-Za-z0-9._]+)-([^-/\"'<>\s]+)-(?:\d[^-/\"'<>\s]*-)?([\w.]+)-[\w.]+-([\w.]+)\.whl")
_SECTION = regex(r"\[([^\]:]*)(?::(.*))?\]$")


def without_versions(said: str) -> list[str]:
    """The packages of which uv, as its log says, looked for a version and found none that it may use."""
    found: list[str] = []
    open_one = ""
    for searches, name in _STEP.findall(said):
        if searches and open_one:
            found.append(open_one)
        open_one = name if searches else ""
    return list(dict.fromkeys([*found, *([open_one] if open_one else [])]))


def has_wheels(name: str, version: str, said: str) -> bool:
    """True when the index that uv asked, as its log says, has wheels of a version for some Python 3 on Linux; and when it does not answer.

    Such a version is made for wheels: where none fits the Python, its source can rarely be built.
    """
    address = re.search(rf"https?://\S*/{re.escape(name)}/(?=\s|$)", said, re.MULTILINE)
    try:
        listing = read_web(address[0]).decode(errors="replace") if address else ""
    except OnlineError:
        listing = ""
    if not listing:
        return True
    return any(
        canonical(one) == name
        and number == version
        and re.search("[a-z]3", python)
        and ("linux" in platform or platform == "any")
        for one, number, python, platform in _WHEEL.findall(listing)
    )


def read_requirements_of_source(address: str) -> tuple[str, ...] | None:
    """What the archive of a source at an address requires; None where it cannot be read."""
    try:
        data = read_web(address, _ARCHIVE)
    except OnlineError:
        return None
    return requirements_in(data)


def requirements_in(archive: bytes) -> tuple[str, ...] | None:
    """What an archive of a source requires: as requirements for pip; None of what is no such archive."""
    try:
        files = dict(_files(archive))
    except Exception:  # whatever is wrong with it: tarfile, zipfile and the decompressors have many errors
        return None
    info = next((text for name, text in files.items() if _INFO.fullmatch(name)), "")
    said = mended(info) if info else None
    if said:
        return said
    listed = next((text for name, text in files.items() if _REQUIRES.fullmatch(name)), "")
    if listed:
        lines = "".join(f"Requires-Dist: {one}\n" for one in _lines(listed))
        return mended(f"Name: x\n{lines}")
    return () if info else None


def _files(archive: bytes) -> Iterator[tuple[str, str]]:
    """The files of an archive that say what it requires."""
    if archive[:2] == b"PK":
        from zipfile import ZipFile

        with ZipFile(io.BytesIO(archive)) as opened:
            for name in opened.namelist()[:_MEMBERS]:
                if _INFO.fullmatch(name) or _REQUIRES.fullmatch(name):
                    with opened.open(name) as file:
                        yield name, file.read(_LARGEST).decode(errors="replace")
        return
    import tarfile

    left = _UNPACKED
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:*") as packed:
        for number, member in enumerate(packed):
            left -= member.size
            if number > _MEMBERS or left < 0:
                return
            name = member.name.removeprefix("./")
            if member.isreg() and (_INFO.fullmatch(name) or _REQUIRES.fullmatch(name)):
                content = packed.extractfile(member)
                yield name, content.read(_LARGEST).decode(errors="replace") if content else ""


def _lines(listed: str) -> Iterator[str]:
    """The requirements of a requires.txt, whose sections are extras and markers (setuptools, command/egg_info.py)."""
    condition = ""
    for line in listed.splitlines():
        line = line.strip()
        if found := _SECTION.match(line):
            extra, marker = found[1], found[2] or ""
            parts = [f"({marker})"] if marker else []
            parts += [f'extra == "{extra}"'] if extra else []
            condition = f" ; {' and '.join(parts)}" if parts else ""
        elif line and not line.startswith("#"):
            own, _, marker = line.partition(";")
            both = f"{condition} and ({marker.strip()})" if condition else f" ; {marker.strip()}"
            yield f"{own.strip()}{both if marker.strip() else condition}"
