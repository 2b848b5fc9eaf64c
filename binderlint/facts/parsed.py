"""Parsed: files that several facts read, which are parsed once for all."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.source import Source


@fact
def notebook_of(repo: Snapshot, source: Source) -> PlainNotebook:
    """A file as a notebook, which is parsed once for all who ask."""
    return PlainNotebook(source)
