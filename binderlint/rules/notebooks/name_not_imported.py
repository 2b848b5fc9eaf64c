"""name-not-imported: A notebook uses `np`, `pd` or `plt` and no cell before has imported it."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from binderlint.facts.notebooks import for_ipython, shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import python, syntax
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

_OF_SPARK = "sc = SparkContext.getOrCreate()"
# The names that everybody gives these modules, and the import that makes them.
_USUAL = (
    ("np", "import numpy as np"),
    ("pd", "import pandas as pd"),
    ("plt", "import matplotlib.pyplot as plt"),
    ("sns", "import seaborn as sns"),
    ("tf", "import tensorflow as tf"),
    ("nx", "import networkx as nx"),
    ("xr", "import xarray as xr"),
    ("sc", _OF_SPARK),  # PySpark's own shell makes it
)
# What may define names that are not written in a cell.
_MAY_DEFINE = regex(r"import[ \t]*\(?[ \t]*\*|%[ \t]*(?:run|pylab|load|store)|\b(?:exec|globals|get_ipython)\b")
_BLANK = regex(r"#.*\b(?:your|TODO|FIXME|complete|fill)\b|\b_{3,}\b", re.I)
# What is inside of these may not be evaluated.
_MAY_SKIP = (ast.Lambda, ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OF_IPYTHON = {
    "In",
    "Out",
    "display",
    "exit",
    "get_ipython",
    "quit",
    "_",
    "__",
    "___",
    "__file__",
    "__name__",
    "__doc__",
}
_SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign)


class NameNotImported(Rule):
    code = "NBK019"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if not plan.transparent or plan.error:
            return
        run = "\n".join(
            cell.text for page in notebooks if "%run" in page.all_code for cell in page.code if "%run" in cell.text
        )
        for page in notebooks:
            runs = for_ipython(page) or (page.is_python and page.kernel == "python2")  # notebook-kernel-missing
            found = _first(page) if runs and not (plan.python and plan.python.version.startswith("2")) else None
            # Another notebook may run this one, after its own imports.
            if not found or _is_started(repo) or page.source.name.removesuffix(".ipynb") in run:
                continue
            cell, line, name, statement = found
            if statement == _OF_SPARK:
                yield self.at(
                    page.line(cell.number, line),
                    f"`{name}` is used here and no cell above makes it: only PySpark's own shell has it. So a run from top to bottom ends here with a NameError",
                    help=f"Add `from pyspark import SparkContext` and `{statement}` to the first cell",
                    cause=f"`{name}` is not imported before it is used",
                )
                continue
            later = any(f"as {name}" in one.text for one in page.code)
            yield self.at(
                page.line(cell.number, line),
                f"`{name}` is used here and no cell above imports it, so a run from top to bottom ends here with a NameError",
                help=f"{'Move' if later else 'Add'} `{statement}` to the first cell",
                cause=f"`{name}` is not imported before it is used",
            )


def _first(page: PlainNotebook) -> tuple[PlainCell, int, str, str] | None:
    """The first cell that certainly ends for such a name, the line, the name and the import."""
    cells = list(page.code)
    found = []
    for name, statement in _USUAL:
        named = next((number for number, cell in enumerate(cells) if f"{name}." in cell.text), None)
        if named is None or any(f"as {name}" in cell.text for cell in cells[: named + 1]):
            continue
        at = next((number for number, cell in enumerate(cells) if _has(cell.text, name)), None)
        if at is None or any(f"as {name}" in cell.text for cell in cells[: at + 1]):
            continue
        if (line := _used_at(cells[: at + 1], name)) and _is_reached(cells[:at]):
            found.append((cells[at], line, name, statement))
    return min(found, key=lambda one: (one[0].number, one[1]), default=None)


def _has(text: str, name: str) -> bool:
    """Whether code may take an attribute of a name."""
    return f"{name}." in text and re.search(rf"(?<![\w.]){name}\.", text) is not None


def _used_at(cells: list[PlainCell], name: str) -> int:
    """The line at which the last of these cells ends because nothing has defined a name; 0 where that is not certain."""
    *before, cell = cells
    if any(re.search(rf"(?<![\w.]){name}(?!\w)", one.text) for one in before):
        return 0
    if any(_MAY_DEFINE.search(one.text) for one in cells):
        return 0
    if "raises-exception" in str(cell.data.get("metadata")) or "NameError" in str(cell.data.get("outputs")):
        return 0  # it is shown on purpose
    tree = syntax(cell.text)
    for statement in tree.body if tree else ():
        names = {word for node in ast.walk(statement) for word in _words(node)}
        if name in names:
            return _line_of(statement, name) if isinstance(statement, _SIMPLE) else 0
    return 0


def _is_reached(cells: list[PlainCell]) -> bool:
    """Whether nothing in these cells ends a run, or is left to those who work through the notebook."""
    if sum(not cell.text.strip() for cell in cells) > 1:
        return False  # left empty, to be filled in
    made, used = set(dir(builtins)) | _OF_IPYTHON, set[str]()
    for cell in cells:
        if _is_left_to_do(cell.text):
            return False
    for cell in cells:
        tree = syntax(cell.text)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.add(node.id)
            else:
                made.update(
                    word for key in ("id", "name", "asname", "arg", "rest") if (word := getattr(node, key, None))
                )
            if isinstance(node, ast.alias):
                made.add((node.asname or node.name).partition(".")[0])
    return used <= made


def _is_left_to_do(text: str) -> bool:
    """Whether a cell is for those who work through the notebook: a place for an answer in it, or comments alone; or Python cannot read it, and a run ends there."""
    code = python(text)
    if code is None or not code.strip():
        return False  # other languages
    tree = syntax(text)
    return tree is None or all(_is_nothing(one) for one in tree.body) or bool(_BLANK.search(text))


def _is_nothing(statement: ast.stmt) -> bool:
    """`pass`, or a constant such as `...`."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _words(node: ast.AST) -> Iterator[object]:
    """The names that a node uses or gives."""
    return (getattr(node, key, None) for key in ("id", "name", "asname"))


def _line_of(statement: ast.AST, name: str) -> int:
    """The line at which a statement certainly takes an attribute of a name; 0 for none."""
    todo, lines = [statement], []
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            lines.append(node.value.lineno)
        if not isinstance(node, _MAY_SKIP):
            todo += ast.iter_child_nodes(node)
    return min(lines, default=0)


def _is_started(repo: Snapshot) -> bool:
    """Whether IPython may run something before the first cell: its settings are in the home folder, which is the repository; or a script makes them."""
    scripts = (start_script(repo), post_build_script(repo))
    writes = any(script and "ipython" in script.source.text for script in scripts)
    return writes or any(path.startswith(".ipython/") for path in repo.sources)
