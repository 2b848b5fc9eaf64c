"""Called: what the functions that a notebook calls use, its own and those of the repository's files."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator

from binderlint.facts.environment.own_package import own_installs
from binderlint.read.cells import parse_python
from binderlint.read.tree import walk
from binderlint.read.uses import Use, run_parts, uses_of
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from binderlint.values import NamedTuple

_DEEPEST = 20  # calls within each other
_Defined = ast.FunctionDef | ast.ClassDef


class CalledUse(NamedTuple):
    """A use in a function that code calls: the line of the call, the function as it is called there, what it uses, the names that it knows, and the file that it is in; None for the notebook."""

    line: int
    function: str
    use: Use
    aliases: dict[str, str]
    source: Source | None


class Calls:
    """What is known of functions after cells, one after the other: those of the notebook, and those of files that it imports."""

    def __init__(self, repo: Snapshot, folder: str) -> None:
        self._repo, self._folder = repo, folder
        self._places = [folder, *(("", "src") if own_installs(repo) else ())]
        self._files: dict[str, _Names] = {}
        self._own = _Names(None)
        self._seen: set[tuple[ast.AST, ast.AST | None]] = set()

    def of(self, tree: ast.Module) -> Iterator[CalledUse]:
        """What the functions that a cell calls at its top level use, whatever is given to them."""
        self._learn(self._own, tree)
        for top in tree.body:
            for inner in run_parts(top):
                if isinstance(inner, ast.Call):
                    for use, names, aliases in self._called(inner, self._own, None, 0):
                        yield CalledUse(inner.lineno, ast.unparse(inner.func), use, aliases, names.source)

    def _learn(self, names: _Names, tree: ast.Module) -> None:
        """What the statements of a cell or a file give a name; names that mean one thing or another mean nothing."""
        for node in tree.body:
            match node:
                case ast.FunctionDef() | ast.ClassDef():
                    names.forget(node.name)
                    names.defined[node.name] = node
                case ast.Import():
                    for alias in node.names:
                        bound = alias.asname or alias.name.partition(".")[0]
                        names.forget(bound)
                        module = alias.name if alias.asname else bound
                        if source := self._file(names, 0, module.split(".")):
                            names.local[bound] = (source, "")
                        else:
                            names.aliases[bound] = module
                case ast.ImportFrom():
                    self._learn_from(names, node)
                case _:
                    for name in _bound(node):
                        names.forget(name)

    def _learn_from(self, names: _Names, node: ast.ImportFrom) -> None:
        parts = node.module.split(".") if node.module else []
        module = self._file(names, node.level, parts) if parts else None
        for alias in node.names:
            bound = alias.asname or alias.name
            names.forget(bound)
            if source := self._file(names, node.level, [*parts, alias.name]):
                names.local[bound] = (source, "")
            elif module and alias.name == "*":
                for name in self._known(module).defined:
                    names.forget(name)
                    names.local[name] = (module, name)
            elif module:
                names.local[bound] = (module, alias.name)
            elif not node.level:
                names.aliases[bound] = f"{node.module}.{alias.name}"

    def _file(self, names: _Names, level: int, parts: list[str]) -> Source | None:
        """The file that a module is, beside the notebook or in the package that is installed, or from the file that imports it."""
        places = self._places
        if level:
            if names.source is None:
                return None
            folder = names.source.folder
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            places = [folder]
        for place in places:
            path = posixpath.join(place, *parts)
            if found := self._repo.get(f"{path}/__init__.py") or self._repo.get(f"{path}.py"):
                return found
        return None

    def _known(self, source: Source) -> _Names:
        """The names of a file."""
        if source.path not in self._files:
            self._files[source.path] = names = _Names(source)
            if tree := parse_python(source.text.removeprefix("\ufeff")):
                self._learn(names, tree)
        return self._files[source.path]

    def _called(
        self, call: ast.Call, names: _Names, own: ast.ClassDef | None, depth: int
    ) -> Iterator[tuple[Use, _Names, dict[str, str]]]:
        """What a call uses: in the function that it runs, and in those that this one calls, each once."""
        found = self._resolve(call.func, names, own)
        if found is None:
            return
        node, names, own = found
        if isinstance(node, ast.ClassDef):
            own, init = node, _method(node, "__init__", names)
            if init is None:
                return
            node = init
        if (node, own) in self._seen or depth > _DEEPEST or not _runs_when_called(node):
            return
        self._seen.add((node, own))
        given = {one.arg for one in walk(node) if isinstance(one, ast.arg)} | {n for s in node.body for n in _bound(s)}
        aliases = {name: meant for name, meant in names.aliases.items() if name not in given}
        for statement in _always(node.body):
            yield from ((use, names, aliases) for use in uses_of([statement], aliases))
            for inner in run_parts(statement):
                if isinstance(inner, ast.Call) and _first(inner.func) not in given - {"self"}:
                    yield from self._called(inner, names, own, depth + 1)

    def _resolve(
        self, function: ast.expr, names: _Names, own: ast.ClassDef | None
    ) -> tuple[_Defined, _Names, ast.ClassDef | None] | None:
        """The function or class that is called, the names that it knows, and the class that it is a method of."""
        match function:
            case ast.Name(id=name) if name in names.defined:
                return names.defined[name], names, None
            case ast.Name(id=name) if name in names.local:
                source, member = names.local[name]
                known = self._known(source)
                return (known.defined[member], known, None) if member in known.defined else None
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if own:
                method = _method(own, name, names)
                return (method, names, own) if method else None
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in names.local:
                source, member = names.local[module]
                known = self._known(source)
                return (known.defined[name], known, None) if not member and name in known.defined else None
        return None


class _Names:
    """What the names of the notebook or of a file stand for."""

    def __init__(self, source: Source | None) -> None:
        self.source = source
        self.aliases: dict[str, str] = {}
        """Those that are imported from elsewhere."""
        self.defined: dict[str, _Defined] = {}
        """Functions and classes."""
        self.local: dict[str, tuple[Source, str]] = {}
        """Those of files of the repository: the file, and what of it; empty for the module."""

    def forget(self, name: str) -> None:
        """A name means something else from here on."""
        self.aliases.pop(name, None)
        self.defined.pop(name, None)
        self.local.pop(name, None)


def _first(node: ast.expr) -> str:
    """The first word of a dotted name; empty for what is none."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _method(own: ast.ClassDef, name: str, names: _Names) -> ast.FunctionDef | None:
    """A method of a class, or of those of the same file that it is derived from."""
    todo, seen = [own], [own]
    for one in todo:
        found = [node for node in one.body if isinstance(node, ast.FunctionDef) and node.name == name]
        if found:
            return found[-1]
        for base in one.bases:
            above = names.defined.get(base.id) if isinstance(base, ast.Name) else None
            if isinstance(above, ast.ClassDef) and above not in seen:
                todo.append(above)
                seen.append(above)
            elif not (isinstance(base, ast.Name) and base.id == "object"):
                return None
    return None


def _runs_when_called(node: ast.FunctionDef) -> bool:
    """Whether the body of a function runs as soon as it is called: not where a decorator changes it, and not of a generator."""
    return not node.decorator_list and not any(isinstance(one, ast.Yield | ast.YieldFrom) for one in walk(node))


def _always(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a function that run whenever it is called, up to one that may be its last."""
    for one in body:
        yield one
        if isinstance(one, ast.Return | ast.Raise):
            return
        if not isinstance(one, ast.FunctionDef | ast.ClassDef) and any(
            isinstance(inner, ast.Return | ast.Raise) for inner in walk(one)
        ):
            return


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement may give something: variables, imports and functions in it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
        return
    for one in walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            yield one.id
        elif isinstance(one, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in one.names)
        elif isinstance(one, ast.FunctionDef | ast.ClassDef):
            yield one.name
