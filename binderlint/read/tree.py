"""Tree: walks over the syntax tree of Python, in the order of `ast` and much faster, without the nodes that only say which operator it is and how a name is used."""

from __future__ import annotations

import ast

_NO_NODES = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "module", "level", "kind", "type_comment"})


_FIELDS: dict[type, tuple[str, ...]] = {ast.Constant: ()}
"""The fields of a kind of node in which there can be others, as far as they were asked for."""


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes of which a node is made."""
    found: list[ast.AST] = []
    fields = _FIELDS.get(type(node))
    if fields is None:
        fields = _FIELDS[type(node)] = tuple(name for name in node._fields if name not in _NO_NODES)
    for name in fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node: ast.AST) -> list[ast.AST]:
    """A node and all below it, those that are nearer first."""
    found = [node]
    for one in found:
        found += children(one)
    return found


def blocks(node: ast.AST) -> list[ast.AST]:
    """The statements that stand in a module or a statement, or its handlers and cases."""
    found: list[ast.AST] = []
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        inner = getattr(node, name, None)
        if isinstance(inner, list):
            found += inner
    return found


def statements(tree: ast.AST) -> list[ast.AST]:
    """A module or statement and all statements in it, those that are nearer first, with the handlers and cases between them."""
    found = [tree]
    for one in found:
        found += blocks(one)
    return found
