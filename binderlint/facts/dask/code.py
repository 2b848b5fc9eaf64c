"""dask in code: the cells of notebooks that make clusters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.dask.configs import dask_configs
from binderlint.read.notebook import read_notebook
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text, stands_in
from binderlint.values import NamedTuple

_SKIPPED = frozenset({"test", "tests", "doc", "docs", "ci"})
_PACKAGES = (b"dask_kubernetes", b"dask_gateway", b"dask_jobqueue")


class Code(NamedTuple):
    """A piece of code that is run as one: a cell."""

    path: str
    lines: tuple[Text, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def guarded(self) -> bool:
        """Whether a failure or another place is provided for."""
        return bool(re.search(r"^\s*except\b|os\.environ|getenv|hostname", self.text, re.MULTILINE))


def _names_package(source: Source) -> bool:
    """Whether a file is a notebook, not one of tests, that names a package for clusters of dask."""
    if stands_in(source.path, _SKIPPED) or source.name.startswith("test_") or not source.name.endswith(".ipynb"):
        return False
    return any(name in source.searchable for name in _PACKAGES)


def cluster_code(repo: Snapshot) -> Iterator[list[Code]]:
    """The code of each notebook that names a package for clusters of dask."""
    for source in repo.files:
        if _names_package(source):
            yield [Code(source.path, cell.lines) for cell in read_notebook(source).cells if cell.kind == "code"]


def first_match(pattern: re.Pattern[str], codes: list[Code]) -> tuple[Code, Text] | None:
    """The first line that a pattern matches from its start, and the part of it in the pattern's group 1."""
    for code in codes:
        for line in code.lines:
            if found := pattern.match(line):
                return code, line.part(*found.span(1))
    return None


@fact
def cluster_sources(repo: Snapshot) -> tuple[Source, ...]:
    """The files that can ask for a cluster of dask: such notebooks, and dask's configuration."""
    notebooks = (source for source in repo.files if _names_package(source))
    return (*notebooks, *(config.source for config in dask_configs(repo)))
