"""removed-name: A notebook uses a name that the installed release of a package does not have any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from binderlint.data import rows
from binderlint.facts.environment.asked import asked_packages
from binderlint.facts.environment.locks import installs_from_lock
from binderlint.facts.environment.python import python_minor
from binderlint.facts.local_modules import imported_files
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import syntax
from binderlint.read.constraints import only_below
from binderlint.read.digits import release
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text
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
        words = {re.findall(r"\w+", name)[-1] for name in removed}
        told: set[str] = set()
        for page in notebooks:
            if not page.is_python or not words:
                continue
            yield from self._modules(repo, page, words, removed, told)
            if not any(word in cell.text for cell in page.code for word in words):
                continue
            aliases: dict[str, str] = {}
            for cell in page.code:
                if found := next(_uses(cell.text, aliases, removed), None):
                    yield self._gone(page.line(cell.number, found[0]), *found[1:], "this cell ends")
                    break

    def _modules(
        self, repo: Snapshot, page: PlainNotebook, words: set[str], removed: dict[str, _Removed], told: set[str]
    ) -> Iterator[Diagnostic]:
        """The files of the repository that a notebook imports, each told once."""
        for source in imported_files(repo, page):
            if source.path in told or not any(word in source.text for word in words):
                continue
            told.add(source.path)
            found = next(_uses(source.text.removeprefix("\ufeff"), {}, removed, when_loaded=True), None)
            if found:
                line = next(islice(source.lines(), found[0] - 1, None))
                yield self._gone(line, *found[1:], f"`{page.source.path}`, which imports this file, ends")

    def _gone(self, where: Text | Place, written: str, gone: _Removed, what: str) -> Diagnostic:
        today = f"Use {_quoted(gone.instead)}, or pin" if gone.instead else "Pin"
        return self.at(
            where,
            f"{written} was removed in {gone.package.replace('python', 'Python')} {gone.since}, and Binder installs that or a newer release, so {what} with an error",
            help=f"{today} a version of {gone.package} before {gone.since}",
        )


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
    text: str, aliases: dict[str, str], removed: dict[str, _Removed], when_loaded: bool = False
) -> Iterator[tuple[int, str, _Removed]]:
    """Where code uses a name, as a message calls it. What it imports is kept in `aliases`. Of a file that is loaded, imports inside of functions do not run."""
    tree = syntax(text)
    if tree is None or any(isinstance(node, ast.Try) for node in ast.walk(tree)):
        return
    for node in (inner for top in tree.body for inner in _run(top)) if when_loaded else ast.walk(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    aliases[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
                    if gone := _gone(alias.name, removed):
                        yield node.lineno, f"`{alias.name}`", gone
            case ast.ImportFrom(module=str(module), level=0):
                for alias in node.names:
                    aliases[alias.asname or alias.name] = f"{module}.{alias.name}"
                    if gone := _gone(f"{module}.{alias.name}", removed):
                        yield node.lineno, f"`{module}.{alias.name}`", gone
    for node in tree.body:
        for inner in _run(node):
            if isinstance(inner, ast.Call):
                yield from _arguments(inner, aliases, removed)
            elif isinstance(inner, ast.Attribute) and (gone := removed.get(f".{inner.attr}")):
                yield inner.lineno, f"`{inner.attr}`", gone
            elif isinstance(inner, ast.Attribute) and (parts := _dotted(inner)):
                whole = ".".join([aliases.get(parts[0], ""), *parts[1:]])
                if aliases.get(parts[0]) and whole in removed:
                    yield inner.lineno, f"`{'.'.join(parts)}`", removed[whole]


def _arguments(
    call: ast.Call, aliases: dict[str, str], removed: dict[str, _Removed]
) -> Iterator[tuple[int, str, _Removed]]:
    """The named arguments of a call that its function does not have any more: `hist(normed)` in the table."""
    parts = _dotted(call.func)
    known = aliases.get(parts[0]) if parts else None
    names = [".".join([known, *parts[1:]])] if known else []
    if isinstance(call.func, ast.Attribute):
        names.append(f".{call.func.attr}")
    for keyword in call.keywords:
        for name in names:
            if gone := removed.get(f"{name}({keyword.arg})"):
                yield call.lineno, f"The argument `{keyword.arg}` of `{'.'.join(parts) or name[1:]}`", gone
                break


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
