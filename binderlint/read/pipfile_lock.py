"""Pipfile.lock: what pipenv installs from it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from binderlint.read.notebook import json_text
from binderlint.source import Source
from binderlint.typed import Any


def read_pipfile_lock(source: Source) -> dict[str, Any]:
    """The JSON object of a Pipfile.lock; empty where it is none."""
    try:
        content = json.loads(json_text(source).lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def locked_entries(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The packages by their names as written, those for development included, which repo2docker installs too (`pipenv install --dev`)."""
    sections = [content.get(name) for name in ("develop", "default")]
    return {
        name: entry
        for section in sections
        if isinstance(section, dict)
        for name, entry in section.items()
        if isinstance(entry, dict)
    }
