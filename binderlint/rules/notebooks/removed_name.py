"""removed-name: A notebook uses a name that the installed release of a package does not have any more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from binderlint.data import rows
from binderlint.facts.environment.asked import asked_packages
from binderlint.facts.environment.locks import installs_from_lock
from binderlint.facts.environment.python import python_minor
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import syntax
from binderlint.read.constraints import only_below
from binderlint.read.digits import release
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple


class _Removed(NamedTuple):
    name: str
    package: str
    since: str
    instead: str


class RemovedName(Rule):
    code = "NBK009"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = python_minor(repo)
        if not plan.transparent or plan.error or not python or plan.separate_kernel or installs_from_lock(repo):
            return
        removed = _removed(repo, python)
        words = {name.rpartition(".")[2] for name in removed}
        for page in notebooks:
            if not page.is_python or not words or not any(word in cell.text for cell in page.code for word in words):
                continue
            aliases: dict[str, str] = {}
            for cell in page.code:
                if found := next(_uses(cell, aliases, removed), None):
                    line, written, gone = found
                    today = f"Use {_quoted(gone.instead)}, or pin" if gone.instead else "Pin"
                    yield self.at(
                        page.line(cell.number, line),
                        f"`{written}` was removed in {gone.package.replace('python', 'Python')} {gone.since}, and Binder installs that or a newer release, so this cell ends with an error",
                        help=f"{today} a version of {gone.package} before {gone.since}",
                    )
                    break


def _removed(repo: Snapshot, python: str) -> dict[str, _Removed]:
    """The names that the newest releases that the build may install do not have."""
    asked = {one.key: one for listed in asked_packages(repo) for one in listed}
    found = {}
    for name, package, since, lowest, instead in rows("removed_names.tsv"):
        if release(python) < release(lowest):
            continue
        pin = asked.get(package)
        if package == "python" or (pin and not (pin.version and only_below(pin.version, release(since)))):
            found[name] = _Removed(name, package, since, instead)
    return found


def _uses(
    cell: PlainCell, aliases: dict[str, str], removed: dict[str, _Removed]
) -> Iterator[tuple[int, str, _Removed]]:
    """Where a cell uses a name, as it is written there. What cells import is kept in `aliases`."""
    tree = syntax(cell.text)
    if tree is None or any(isinstance(node, ast.Try) for node in ast.walk(tree)):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    aliases[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
                    if gone := _gone(alias.name, removed):
                        yield node.lineno, alias.name, gone
            case ast.ImportFrom(module=str(module), level=0):
                for alias in node.names:
                    aliases[alias.asname or alias.name] = f"{module}.{alias.name}"
                    if gone := _gone(f"{module}.{alias.name}", removed):
                        yield node.lineno, f"{module}.{alias.name}", gone
    for node in tree.body:
        for inner in _run(node):
            if isinstance(inner, ast.Attribute) and (gone := removed.get(f".{inner.attr}")):
                yield inner.lineno, inner.attr, gone
            elif isinstance(inner, ast.Attribute) and (parts := _dotted(inner)):
                whole = ".".join([aliases.get(parts[0], ""), *parts[1:]])
                if aliases.get(parts[0]) and whole in removed:
                    yield inner.lineno, ".".join(parts), removed[whole]


def _run(node: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement that are evaluated when it is: not the bodies of functions, nor what a condition chooses."""
    todo: list[ast.AST] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.If | ast.IfExp | ast.ClassDef):
            continue
        yield one
        todo += ast.iter_child_nodes(one)


def _gone(module: str, removed: dict[str, _Removed]) -> _Removed | None:
    """The entry of a module, or of one that it is in."""
    parts = module.split(".")
    return next((removed[name] for n in range(1, len(parts) + 1) if (name := ".".join(parts[:n])) in removed), None)


def _dotted(node: ast.expr) -> list[str]:
    """The names of `a.b.c`, empty for what is not made of names alone."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


def _quoted(instead: str) -> str:
    return instead if "`" in instead else f"`{instead}`"
