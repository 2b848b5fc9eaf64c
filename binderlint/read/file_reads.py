"""File reads: the files that the code cells of a notebook certainly read, by paths that are written out."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from binderlint.data import pairs
from binderlint.pattern import regex
from binderlint.read.cells import syntax
from binderlint.read.tree import children, walk
from binderlint.values import NamedTuple

# A call that may read a file: the last names of the functions in readers.tsv.
READING = regex(
    r"\b(?:open|open_\w+|read|read_\w+|load|load\w+|genfromtxt|fromfile|imread|ExcelFile|parse|listdir)\s*\("
)


class FileRead(NamedTuple):
    """A path that is read: as it is written, and its line in the cell."""

    path: str
    line: int


class FileReads:
    """What cells read, one after the other: imports and names that hold a text are remembered from cell to cell."""

    def __init__(self) -> None:
        self._modules: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def of(self, text: str) -> Iterator[FileRead]:
        """The reads at the top level of a cell: none in a function, an `if`, a `try` or a loop, which may not run."""
        tree = syntax(text)
        statements = tree.body[::-1] if tree else []
        while statements:
            one = statements.pop()
            match one:
                case ast.Import(names=names):
                    self._modules |= {each.asname or each.name.partition(".")[0]: each.name if each.asname else each.name.partition(".")[0] for each in names}  # fmt: skip
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    self._modules |= {each.asname or each.name: f"{module}.{each.name}" for each in names}
                case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                    yield from self._reads(one)
                case ast.With(items=items, body=body):
                    for item in items:
                        yield from self._reads(item.context_expr)
                    statements += body[::-1]
            self._learn(one)

    def _reads(self, node: ast.AST) -> Iterator[FileRead]:
        todo: list[ast.AST] = [node]
        while todo:
            one = todo.pop()
            if isinstance(
                one, ast.Lambda | ast.IfExp | ast.BoolOp | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
            ):
                continue
            if isinstance(one, ast.Call) and (path := self._read(one)):
                yield FileRead(path, one.lineno)
            todo += children(one)

    def _read(self, call: ast.Call) -> str:
        """The path that a call reads, empty for none."""
        name = self._name(call.func)
        keyword = pairs("readers.tsv").get(name)
        if keyword is None or (name.endswith("open") and not _for_reading(call)):
            return ""
        given = call.args[0] if call.args else next((one.value for one in call.keywords if one.arg == keyword), None)
        return self._text(given) or ""

    def _name(self, node: ast.expr) -> str:
        """The dotted name of a function, with the module that its first part stands for."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        first = self._modules.get(node.id, node.id if not parts else "")
        return ".".join([first, *reversed(parts)])

    def _text(self, node: ast.expr | None) -> str | None:
        """The text of an expression, None where it is not written out."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id=name):
                return self._texts.get(name)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                parts = [self._text(left), self._text(right)]
                return "".join(map(str, parts)) if None not in parts else None
            case ast.Call(func=function, args=[_, *_] as given, keywords=[]) if self._name(function) in (
                "os.path.join",
                "pathlib.Path",
            ):
                parts = [self._text(one) for one in given]
                return posixpath.join(*map(str, parts)) if None not in parts else None
        return None

    def _learn(self, statement: ast.stmt) -> None:
        """Remember a text that a statement gives a name, and forget what it may change."""
        if (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
        ):
            text = self._text(statement.value)
            if text is not None:
                self._texts[statement.targets[0].id] = text
                return
        for node in walk(statement) if self._texts or self._modules else ():
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self._texts.pop(node.id, None)
                self._modules.pop(node.id, None)


def _for_reading(call: ast.Call) -> bool:
    """Whether a call of a function such as `open` reads: it does when it gets no mode, or one that says so."""
    mode = call.args[1] if len(call.args) > 1 else next((one.value for one in call.keywords if one.arg == "mode"), None)
    if mode is None:
        return True
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and not set("wax+") & set(mode.value)
