"""Metadata: what an old wheel says it needs, written so that today's tools can read it.

Wheels of former years hold requirements that no resolver of today accepts, such as `pytz (>=2011k)`. uv passes such a version over, as if it
did not exist, so it is told what the wheel needs without the part that is not a version.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping

from binderlint.outside.http import Limits, OnlineError, read_web
from binderlint.pattern import regex

Broken = tuple[str, str]
"""A name and a version."""

_BROKEN = regex(r"`([\w.-]+)==([^`\s]+)` has invalid metadata")
_CLAUSE = regex(r"(?:===|==|~=|!=|<=|>=|<|>)\s*[^\s,;()]+")
_HEAD = regex(r"([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*\(?([^;()]*)\)?\s*(?:;\s*(.*))?$", re.DOTALL)
_WHEEL = Limits(seconds=120, size=200_000_000)


def broken_versions(said: str) -> dict[str, Broken]:
    """The versions in uv's log whose metadata it cannot read: of each package the first, which is the newest that would do."""
    found: dict[str, Broken] = {}
    for name, version in _BROKEN.findall(said):
        found.setdefault(name, (name, version))
    return found


def read_requirements_of(broken: Broken, said: str) -> tuple[str, ...] | None:
    """What the wheel of a version needs, asked where uv found it, as its log says; None where there is no answer."""
    name, version = broken
    wheel = rf"https?://\S+/{re.escape(name).replace('-', '[-_.]+')}-{re.escape(version)}-[^\s/]+\.whl\b"
    addresses = re.findall(wheel, said, re.IGNORECASE)
    return mended(_read(addresses[0])) if addresses else None


def _read(address: str) -> str:
    """The metadata of a wheel, beside it (PEP 658) or in it; empty where neither can be read."""
    try:
        return read_web(f"{address}.metadata").decode(errors="replace")
    except OnlineError:
        pass
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(io.BytesIO(read_web(address, _WHEEL))) as wheel:
            name = next(one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
            with wheel.open(name) as file:
                return file.read(5_000_000).decode(errors="replace")
    except (OnlineError, BadZipFile, StopIteration, OSError, NotImplementedError, RuntimeError):
        return ""


def mended(metadata: str) -> tuple[str, ...] | None:
    """The requirements in a wheel's metadata without clauses that hold no version; None of a text that is no metadata."""
    from email.parser import HeaderParser

    headers = HeaderParser().parsestr(metadata)
    if "Name" not in headers:
        return None
    return tuple(_mended(headers.get_all("Requires-Dist") or ()))


def _mended(written: Iterable[str]) -> Iterator[str]:
    for one in written:
        if found := _HEAD.match(" ".join(one.split())):
            name, extras, clauses, marker = found.groups()
            kept = ",".join(clause for clause in _CLAUSE.findall(clauses) if _is_readable(f"x{clause}"))
            text = f"{name}{extras or ''}{kept}{f' ; {marker}' if marker else ''}"
            if _is_readable(text):
                yield text


def _is_readable(requirement: str) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(requirement)
    except InvalidRequirement:
        return False
    return True


def configuration(known: Mapping[Broken, tuple[str, ...]]) -> str:
    """A uv.toml that says what versions need, an empty one being all versions of a package."""
    from json import dumps

    return "".join(
        f"[[dependency-metadata]]\nname = {dumps(name)}\n"
        f"{f'version = {dumps(version)}' if version else ''}\n"
        f"requires-dist = [{', '.join(dumps(one, ensure_ascii=False) for one in needs)}]\n"
        for (name, version), needs in known.items()
    )
