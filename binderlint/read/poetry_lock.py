"""poetry.lock: whether Poetry takes it for the pyproject.toml beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256

from binderlint.pattern import regex
from binderlint.source import Source
from binderlint.typed import Any

# What of pyproject.toml poetry.lock depends on (poetry/packages/locker.py, 2.5).
_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_PROJECT = ("requires-python", "dependencies", "optional-dependencies")
_METADATA = regex(r"^\[metadata\][ \t]*\r?\n((?:(?!\[).*\n)*(?:(?!\[).*)?)", re.MULTILINE)
_ENTRY = regex(r"^([\w-]+)[ \t]*=[ \t]*\"([^\"\n]*)\"", re.MULTILINE)


def lock_fault(lock: Source, project: Mapping[str, Any]) -> str:
    """Why Poetry 2.5 refuses a poetry.lock beside this content of pyproject.toml; empty where it takes it, or nobody knows."""
    found = _METADATA.search(lock.text)
    metadata = dict(_ENTRY.findall(found[1])) if found else {}
    if not found:
        return ""
    if "lock-version" not in metadata:
        return "was written by a Poetry from before 1.1, in a form that Poetry no longer reads"
    try:
        hashes = {_hash(project, groups) for groups in (True, False)}
    except (TypeError, ValueError, AttributeError):  # what JSON cannot hold, or a table that is none
        return ""
    return (
        "" if metadata.get("content-hash") in hashes else "was not written for this pyproject.toml, which has changed"
    )


def _hash(project: Mapping[str, Any], with_groups: bool) -> str:
    """The hash of a pyproject.toml that Poetry writes into poetry.lock; until 2.3 without the dependency groups."""
    own = {key: value for key in _PROJECT if (value := project.get("project", {}).get(key)) is not None}
    groups = project.get("dependency-groups", {}) if with_groups else {}
    poetry = project.get("tool", {}).get("poetry", {})
    of_poetry = {
        key: poetry.get(key)
        for key in (*_LEGACY, "group")
        if poetry.get(key) is not None or (key in _LEGACY and not own and not groups)
    }
    content: dict[str, Any] = ({"project": own} if own else {}) | ({"dependency-groups": groups} if groups else {})
    content = content | {"tool": {"poetry": of_poetry}} if content else of_poetry
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
