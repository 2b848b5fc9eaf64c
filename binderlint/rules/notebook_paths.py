"""NBK: paths of one computer in the code of notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.rules.notebook_examples import page

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PATH = regex(
    r"""(?P<quote>["'])(?P<path>/Users/[\w. -]+/|/home/(?!jovyan\b)[a-z][\w.-]*/|[A-Za-z]:(?:\\\\?|/)[\w. -]+(?:\\|/|\.\w+(?=["']))|/content/drive\b)[^"'\n]*(?P=quote)"""
)
_SHELL_PATH = regex(r"\s*[!%].*?(?<![\w:/.])(?P<path>/Users/[\w.-]+/|/home/(?!jovyan\b)[a-z][\w.-]*/|/content/drive\b)")


class NotebookAbsolutePath(Rule):
    r"""A notebook uses a path that only exists on one computer.

    `/Users/me/...`, `C:\...`, `/home/me/...` and Colab's `/content/drive` do not exist on anybody else's computer or on Binder, where the repository is in `/home/jovyan`. The cell ends with "No such file or
    directory".

    Each such folder is reported once per notebook. Comments, text that is only shown, Windows paths given to `PureWindowsPath`, cells for Colab inside `if`, and paths in `/home` if a Dockerfile decides
    the home folder are not reported.
    """

    code = "NBK006"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("https://doi.org/10.1109/MSR.2019.00077",)
    examples = (
        Bad({"a.ipynb": page("import pandas as pd\ndf = pd.read_csv('/Users/ana/data/x.csv')\npd.read_csv('/Users/ana/y.csv')")}, at="a.ipynb:10", why="A folder on the author's Mac"),
        Bad({"n/a.ipynb": page("%cd /home/ana/course\nopen(r\"C:\\Users\\ana\\x.txt\")")}, at=("n/a.ipynb:9", "n/a.ipynb:10"), why="A magic command, and a folder on Windows"),
        Bad({"a.ipynb": page("x <- read.csv('D:/data/x.csv')", language="R", kernel="ir"), "install.R": "1"}, at="a.ipynb:9", why="R code with a path on Windows"),
        Bad({"a.ipynb": page("from google.colab import drive\ndrive.mount('/content/drive')")}, at="a.ipynb:10", why="Google Drive in Colab"),
        Bad({"a.ipynb": page("print 1\nf = 'D:/data.csv'")}, at="a.ipynb:10", why="Code of Python 2 with a path on Windows"),
        Good({"a.ipynb": page("open('data/x.csv')\nopen('/home/jovyan/x')\nopen('/tmp/x')")}, why="Paths that exist on Binder"),
        Good({"a.ipynb": page("# open('/Users/ana/x.csv')\nx = 1")}, why="In a comment"),
        Good({"a.ipynb": page("'''\nOn a Mac: '/Users/ana/x.csv'\n'''\n'/Users/ana/x'")}, why="Text that is only shown"),
        Good({"a.ipynb": page("PureWindowsPath('C:/Users/ana/x')\nprint('/home/ana/x')")}, why="Examples"),
        Good({"a.ipynb": page("url = 'https://x.org/home/ana/x'\ns = 'a:/b'")}, why="Web addresses"),
        Good({"a.ipynb": page("if colab:\n    drive.mount('/content/drive')")}, why="Only on Colab"),
        Good({"Dockerfile": "FROM x:1\n", "a.ipynb": page("open('/home/ana/x')")}, why="The home folder of the image"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        docker = repo.plan.buildpack == "DockerBuildPack"
        for one in repo.notebooks:
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
                        f"`{path}` is a folder of another computer and not on Binder, so this cell fails",
                        help="Put the file into the repository and give its path from the notebook's folder",
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

    from binderlint.files.cells import python, syntax

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
