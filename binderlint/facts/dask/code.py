"""dask in code: the cells of notebooks that make clusters."""

from __future__ import annotations

import re

from binderlint.fact import fact
from binderlint.facts.dask.configs import dask_configs
from binderlint.facts.parsed import notebook_of
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text, stands_in

_SKIPPED = frozenset({"test", "tests", "doc", "docs", "ci"})
_PACKAGES = (b"dask_kubernetes", b"dask_gateway", b"dask_jobqueue")


def is_guarded(cell: PlainCell) -> bool:
    """Whether a failure or another place is provided for."""
    return bool(re.search(r"^\s*except\b|os\.environ|getenv|hostname", cell.text, re.MULTILINE))


def _names_package(source: Source) -> bool:
    """Whether a file is a notebook, not one of tests, that names a package for clusters of dask."""
    if stands_in(source.path, _SKIPPED) or source.name.startswith("test_") or not source.name.endswith(".ipynb"):
        return False
    return b"dask_" in source.searchable and any(name in source.searchable for name in _PACKAGES)


@fact
def cluster_notebooks(repo: Snapshot) -> tuple[PlainNotebook, ...]:
    """The notebooks that name a package for clusters of dask."""
    return tuple(notebook_of(repo, source) for source in repo.files if _names_package(source))


def first_match(pattern: re.Pattern[str], page: PlainNotebook) -> tuple[PlainCell, Text] | None:
    """The first line of code that a pattern matches from its start: its cell, and the part of it in the pattern's group 1."""
    for cell in page.code:
        for number, text in enumerate(cell.text.split("\n"), 1):
            line = page.line(cell.number, number) if pattern.match(text) else None
            if isinstance(line, Text) and (found := pattern.match(line)):
                return cell, line.part(*found.span(1))
    return None


@fact
def cluster_sources(repo: Snapshot) -> tuple[Source, ...]:
    """The files that can ask for a cluster of dask: such notebooks, and dask's configuration."""
    return (*(page.source for page in cluster_notebooks(repo)), *(config.source for config in dask_configs(repo)))
