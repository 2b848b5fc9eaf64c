"""The walks over syntax trees: what `ast` finds, in its order, but for operators and contexts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from binderlint.read.tree import children, statements, walk

LEFT_OUT = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
FILES = [Path(__file__), *sorted((Path(__file__).parent.parent / "binderlint/read").glob("*.py"))]
ODD = """
async def f(a, /, b: int = 1, *c, d=2, **e) -> None:
    async with g() as h, i:
        await j
    try:
        k = [*l for m in n if o]
    except (P, Q) as r:
        raise S from t
    else:
        del u[1:2, ::3]
    finally:
        global v
    match w:
        case {"x": [1, *y], **z} if a > b:
            lambda: (yield)
        case C(d=e) | None:
            pass
    for f in g:
        continue
    else:
        assert f"{h!r:>{i}}", j
"""


@pytest.mark.parametrize("text", [ODD.replace("*l for", "l for"), *(file.read_text("utf-8") for file in FILES)])
def test_walks_are_those_of_ast(text: str) -> None:
    tree = ast.parse(text)
    every = [one for one in ast.walk(tree) if not isinstance(one, LEFT_OUT)]
    assert walk(tree) == every
    for one in every:
        assert children(one) == [inner for inner in ast.iter_child_nodes(one) if not isinstance(inner, LEFT_OUT)]
    kinds = (ast.mod, ast.stmt, ast.ExceptHandler, ast.match_case)
    assert statements(tree) == [one for one in every if isinstance(one, kinds)]
