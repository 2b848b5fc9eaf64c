"""Memory: how much of it scripts, Dockerfiles and the code of notebooks ask for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.cells import syntax
from binderlint.read.dask_units import BINARY, memory_limit
from binderlint.read.digits import number
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.read.tree import walk
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

# Java's heap, and Spark's driver, which runs in the session (its executors need not).
_JAVA = regex(r"(?<!\w)-Xmx(\d+)([kmgtKMGT]?)\b")
_SPARK = regex(r"(?:spark\.driver\.memory[\"']?\s*[,=:]?\s*[\"']?|--driver-memory[ =]+)(\d+)([kmgtKMGT])[bB]?\b")
_NEEDLES = ("-Xmx", "driver.memory", "driver-memory", "memory_limit")


class Amount(NamedTuple):
    """So many bytes, and the words that ask for them."""

    text: Text
    size: float
    shared: bool = False
    """For dask's workers together, which need not use it all."""


@fact
def asked_memory(repo: Snapshot) -> tuple[Amount, ...]:
    """What asks for an amount of memory that is written down; comments are left out."""
    return tuple(_asked_memory(repo))


def _asked_memory(repo: Snapshot) -> Iterator[Amount]:
    for script in (start_script(repo), post_build_script(repo)):
        if script and script.language == "shell":
            yield from _of_file(script.source)
    dockerfile = build_dockerfile(repo)
    if dockerfile:
        yield from _of_file(dockerfile.source)
    for page in shown_notebooks(repo):
        if any(needle in page.all_code for needle in _NEEDLES):
            for cell in page.code:
                yield from _of_cell(page, cell)


def _of_file(source: Source) -> Iterator[Amount]:
    if any(needle in source.text for needle in _NEEDLES):
        for line in source.lines():
            yield from _of_line(line)


def _of_line(line: Text) -> Iterator[Amount]:
    code = re.sub(r"(?:^|\s)#.*", "", line)
    for found in _JAVA.finditer(code):
        yield Amount(line.part(*found.span()), _bytes(found[1], found[2]))
    for found in _SPARK.finditer(code):
        yield Amount(line.part(found.start(1), found.end(2)), _bytes(found[1], found[2]))


def _bytes(written: str, unit: str) -> float:
    return number(written) * BINARY.get(unit.lower(), 1)


def _of_cell(page: PlainNotebook, cell: PlainCell) -> Iterator[Amount]:
    for position, written in enumerate(cell.text.split("\n"), 1):
        if any(needle in written for needle in _NEEDLES[:3]) and isinstance(
            line := page.line(cell.number, position), Text
        ):
            yield from _of_line(line)
    if page.is_python and "memory_limit" in cell.text:
        yield from _of_clusters(page, cell)


def _of_clusters(page: PlainNotebook, cell: PlainCell) -> Iterator[Amount]:
    """Dask's workers in the session: their number (of a million at most) times the memory of each."""
    tree = syntax(cell.text)
    for node in walk(tree) if tree else ():
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        limit, workers = given.get("memory_limit"), given.get("n_workers")
        if name not in ("LocalCluster", "Client") or not isinstance(limit, ast.Constant):
            continue
        match limit.value:
            case str() as written:
                each = memory_limit(written)
            case int() | float() as size if size > 1:
                each = float(min(size, 10**18))
            case _:
                each = None
        count = workers.value if isinstance(workers, ast.Constant) and isinstance(workers.value, int) else 1
        line = page.line(cell.number, limit.lineno)
        if each and isinstance(line, Text):
            words = re.search(r"memory_limit\s*=\s*[^\s,)]+", line)
            yield Amount(line.part(*words.span()) if words else line, each * min(count, 10**6), True)
