"""Uses: the names that Python code imports, looks up and calls, by what they stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.read.cells import syntax
from binderlint.read.tree import blocks, children, statements
from binderlint.values import NamedTuple

_AXES = regex(r"ax(?:e?s|arr)?_?\d*")


# What does not run with the code that it stands in, or may not.
_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.If, ast.IfExp, ast.ClassDef, ast.Try)


class Use(NamedTuple):
    """A name that code uses.

    `names` are what it may be: the dotted name that an import gives it (`pandas.read_csv`), an attribute of any object with a dot before it (`.to_csv`), and one of a variable that
    is called as axes of matplotlib are (`ax.hist`).
    """

    line: int
    names: tuple[str, ...]
    written: str
    imported: bool = False
    call: ast.Call | None = None
    """The call of it, where it is called."""


def uses(text: str, aliases: dict[str, str], when_loaded: bool = False) -> Iterator[Use]:
    """What a cell or a file uses, imports first; nothing where it catches exceptions. What it imports is kept in `aliases`.

    What a condition chooses and the bodies of functions may not run: of functions only imports count, and of a file that is loaded (`when_loaded`) not even they.
    """
    tree = _tree(text)
    if tree is None:
        return
    yield from _imported(tree, aliases, when_loaded)
    yield from uses_of(tree.body, aliases)


def uses_of(body: list[ast.stmt], aliases: dict[str, str]) -> Iterator[Use]:
    """The names that statements look up and call when they run."""
    for top in body:
        for inner in run_parts(top):
            if isinstance(inner, ast.Call):
                if found := _named(inner.func, aliases):
                    yield Use(inner.lineno, *found, call=inner)
            elif isinstance(inner, ast.Attribute) and (found := _named(inner, aliases)):
                yield Use(inner.lineno, *found)


def note_imports(text: str, aliases: dict[str, str]) -> None:
    """Keep what a cell imports in `aliases`, where nothing else is asked of it."""
    tree = _tree(text)
    for _ in _imported(tree, aliases) if tree else ():
        pass


def _tree(text: str) -> ast.Module | None:
    """The syntax tree of a cell or a file; None where it catches exceptions."""
    tree = syntax(text)
    return None if tree and "try" in text and any(isinstance(one, ast.Try) for one in statements(tree)) else tree


def _imported(tree: ast.Module, aliases: dict[str, str], when_loaded: bool = False) -> Iterator[Use]:
    """What is imported, kept in `aliases`; what a condition chooses is no use."""
    for node, chosen in _imports(tree, when_loaded):
        module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            name = module + alias.name
            first = alias.name.partition(".")[0]
            aliases[alias.asname or first] = name if alias.asname or module else first
            if not chosen:
                yield Use(node.lineno, (name,), name, imported=True)


def _imports(tree: ast.Module, when_loaded: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The imports of code and whether a condition chooses them, breadth first; of a file that is loaded those alone that run then."""
    todo: list[tuple[ast.AST, bool]] = [(tree, False)]
    for node, chosen in todo:
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module and not node.level):
            yield node, chosen
        elif not (when_loaded and isinstance(node, _LATER)):
            chosen = chosen or isinstance(node, ast.If)
            todo += ((child, chosen) for child in blocks(node))


def _named(node: ast.expr, aliases: dict[str, str]) -> tuple[tuple[str, ...], str] | None:
    """What an expression may be, and how it is written; None where it has no name."""
    parts = _dotted(node)
    known = aliases.get(parts[0]) if parts else None
    attribute = f".{node.attr}" if isinstance(node, ast.Attribute) else ""
    axes = f"ax{attribute}" if attribute and _AXES.fullmatch(_variable(node)) else ""
    names = tuple(name for name in (".".join([known, *parts[1:]]) if known else "", axes, attribute) if name)
    return (names, ".".join(parts) or attribute[1:]) if names else None


def _variable(node: ast.expr) -> str:
    """The variable of `name.attribute` and `name[0].attribute`, empty for anything else."""
    value = node.value if isinstance(node, ast.Attribute) else node
    while isinstance(value, ast.Subscript):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def run_parts(node: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement that are evaluated when it is: not the bodies of functions, nor what a condition chooses."""
    todo: list[ast.AST] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, _LATER):
            continue
        yield one
        todo += children(one)


def _dotted(node: ast.expr) -> list[str]:
    """The names of `a.b.c`, empty for what is not made of names alone."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []
