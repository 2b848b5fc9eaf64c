"""notebook-absolute-path: A notebook uses a path that only exists on one computer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import python, syntax
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

_PATH = regex(
    r"""(?P<quote>["'])(?P<path>/Users/[\w. -]+/|/home/(?!jovyan\b)[a-z][\w.-]*/|[A-Za-z]:(?:\\\\?|/)[\w. -]+(?:\\|/|\.\w+(?=["']))|/content/drive\b)[^"'\n]*(?P=quote)"""
)


_SHELL_PATH = regex(r"\s*[!%].*?(?<![\w:/.])(?P<path>/Users/[\w.-]+/|/home/(?!jovyan\b)[a-z][\w.-]*/|/content/drive\b)")


class NotebookAbsolutePath(Rule):
    code = "NBK006"
    severity = Severity.WARNING
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        docker = build_plan(repo).buildpack == Buildpack.DOCKER
        for one in shown_notebooks(repo):
            told: set[str] = set()
            for cell in one.code:
                if not re.search(r"/Users/|/home/|/content/drive|[\"'][A-Za-z]:[\\/]", cell.text):
                    continue
                for number, path in _paths(cell.text, one.is_python):
                    folder = path.lower()
                    if folder in told or (docker and path.startswith("/home/")):
                        continue
                    told.add(folder)
                    yield self.at(
                        one.line(cell.number, number),
                        f"This cell uses `{path}`, which exists only on the author's computer, so it fails on Binder",
                        help="Put the file in the repository and use its path from the notebook's folder",
                    )


def _paths(text: str, is_python: bool) -> Iterator[tuple[int, str]]:
    """The lines of a cell that use a path of one computer, with its first folders."""
    used = _used_lines(text) if is_python else None
    for number, line in enumerate(text.split("\n"), 1):
        found = _SHELL_PATH.match(line)
        if not found and (used is None or number in used) and not line.lstrip().startswith("#"):
            found = _PATH.search(line)
            if found and used is None and re.search(r"\bprint\b|^\s", line):
                found = None
            if found and re.search(r"#[^\"']*$", line[: found.start()]):
                found = None
        if found:
            yield number, found["path"]


def _used_lines(text: str) -> frozenset[int] | None:
    """The lines on which a text is given to a function or a name; without texts that are only shown or stand in a condition.

    None for code of Python 2, of which there is no tree.
    """
    import ast

    tree = syntax(text)
    if tree is None:
        return None if python(text) is not None and "print(" not in text else frozenset()
    lines: set[int] = set()
    for statement in tree.body:
        if isinstance(statement, (ast.If, ast.Try, ast.FunctionDef, ast.ClassDef)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if re.search(r"print|Windows|Posix|display|Markdown|replace|split|re\b|match|search", name):
                    continue
                for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                    if (
                        isinstance(argument, ast.Constant)
                        and isinstance(argument.value, str)
                        and "\n" not in argument.value
                    ):
                        lines.add(argument.lineno)
            elif (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                if "\n" not in node.value.value:
                    lines.add(node.value.lineno)
    return frozenset(lines)
