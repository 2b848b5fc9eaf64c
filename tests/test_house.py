"""The house: which room may look into which, that no files go in a circle, and what a fact is. docs/architecture.md says why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from binderlint.data import rows

ROOT = Path(__file__).parent.parent / "binderlint"
# What a room never sees.
NEVER = {
    "read": {
        "snapshot",
        "repo2docker",
        "facts",
        "changes",
        "lint",
        "rules",
        "lock",
        "trial",
        "commands",
        "reporters",
        "outside",
    },
    "repo2docker": {"facts", "changes", "lint", "rules", "lock", "trial", "commands", "reporters", "outside"},
    "facts": {"changes", "lint", "rules", "lock", "trial", "commands", "reporters", "outside"},
    "changes": {"rules", "lock", "trial", "commands", "reporters", "outside"},
    "lint": {"lock", "trial"},
    "rules": {"rules", "lock", "trial", "commands", "reporters", "outside"},
    "lock": {"rules", "trial", "commands", "reporters"},
    "trial": {"rules", "commands", "reporters"},
    "outside": {"repo2docker", "facts", "changes", "rules", "lock", "trial", "commands"},
    "reporters": {"rules", "lock", "commands", "outside"},
    "data": {
        "read",
        "repo2docker",
        "facts",
        "changes",
        "lint",
        "rules",
        "lock",
        "trial",
        "commands",
        "reporters",
        "outside",
    },
}
# What is allowed all the same, with the reason. This list may only shrink.
KNOWN: set[tuple[str, str]] = set()
PATTERNS = ("regex", "re.compile", "re.match", "re.search", "re.fullmatch", "re.sub", "re.finditer", "re.findall")
CHANGING = re.compile(r"\b(?:list|set|dict|Iterator|Generator|Iterable)\b")


@cache
def modules() -> dict[str, Path]:
    found = {path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path for path in ROOT.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in found.items()}


@cache
def arrows() -> dict[str, frozenset[str]]:
    """The modules that each module imports, wherever the import stands."""
    found = {}
    for name, path in modules().items():
        seen = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("binderlint"):
                module = (node.module or "").removeprefix("binderlint").lstrip(".")
                for alias in node.names:
                    inner = f"{module}.{alias.name}".lstrip(".")
                    seen.add(inner if inner in modules() else module)
        found[name] = frozenset(seen - {name, ""})
    return found


def test_rooms_see_only_what_is_below_them() -> None:
    room = {name: name.partition(".")[0] for name in modules()}
    broken = [
        (name, other)
        for name, others in arrows().items()
        for other in others
        if room.get(other, other) in NEVER.get(room[name], set())
        and (room[name] != room.get(other) or room[name] == "rules")
        and name != "rules"
        and (name, other) not in KNOWN
    ]
    assert not broken


def test_every_exception_is_needed() -> None:
    assert all(other in arrows()[name] for name, other in KNOWN)


def circles() -> Iterator[list[str]]:
    """The groups of modules that import each other (Tarjan's algorithm)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(name: str) -> Iterator[list[str]]:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in arrows().get(name, ()):
            if other not in order:
                yield from visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                yield group

    for name in modules():
        if name not in order:
            yield from visit(name)


def test_no_files_go_in_a_circle() -> None:
    assert not list(circles())


FACTS = [
    pytest.param(node, id=f"{name}.{node.name}")
    for name, path in modules().items()
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.FunctionDef) and any(ast.unparse(one) == "fact" for one in node.decorator_list)
]


@pytest.mark.parametrize("node", FACTS)
def test_a_fact_is_a_value_that_nobody_changes(node: ast.FunctionDef) -> None:
    """It asks a snapshot, its key is given by position, and its name has two words, so that a local one can have one."""
    assert node.returns and not CHANGING.search(ast.unparse(node.returns))
    assert node.args.args[0].annotation and ast.unparse(node.args.args[0].annotation) == "Snapshot"
    assert not node.args.kwonlyargs and not node.args.defaults
    assert "_" in node.name
    assert ast.get_docstring(node)


def _word_lists(path: Path) -> Iterator[frozenset[str]]:
    """The lists of three words or more that a module writes out, in whatever brackets and order."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            words = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(words) == len(node.elts) and len(set(words)) > 2:
                yield frozenset(words)


def test_a_list_of_words_has_one_home() -> None:
    homes: dict[frozenset[str], set[str]] = {}
    for name, path in modules().items():
        for words in _word_lists(path):
            homes.setdefault(words, set()).add(name)
    assert {words: found for words, found in homes.items() if len(found) > 1} == {}


def test_a_pattern_has_one_home() -> None:
    """Patterns that do more than repeat a kind of character."""
    homes: dict[str, set[str]] = {}
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                pattern, called = node.args[0].value, ast.unparse(node.func)
                if called in PATTERNS and isinstance(pattern, str) and re.search(r"[A-Za-z]{3}|\\d.*\\d.*\\d", pattern):
                    homes.setdefault(pattern, set()).add(name)
    assert {pattern: found for pattern, found in homes.items() if len(found) > 1} == {}


TABLES = sorted(one for one in (ROOT / "data").iterdir() if one.suffix in (".tsv", ".txt", ".json"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_a_table_says_where_it_is_from_and_is_read(path: Path) -> None:
    text = path.read_text("utf-8")
    assert any(f'"{path.name}"' in one.read_text("utf-8") for one in modules().values())
    if path.suffix == ".tsv":
        assert text.startswith("#")
        assert {len(row) for row in rows(path.name)} == {len(headings(text))}
    elif path.suffix == ".txt":
        assert text.startswith("#")
        words = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
        assert len(words) == len(set(words)) > 0


def headings(text: str) -> list[str]:
    return next(line for line in text.splitlines() if line and not line.startswith("#")).split("\t")
