"""Network: the hosts and ports that scripts, Dockerfiles and the code of notebooks reach."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from binderlint.fact import fact
from binderlint.facts.docker.context import docker_runs
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.cells import syntax
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.read.script import Command
from binderlint.read.tree import children
from binderlint.snapshot import Snapshot
from binderlint.source import Text
from binderlint.values import NamedTuple

# Ports that a scheme stands for (IANA service names); http and https are open on every hub.
PORTS = {
    "ftp": 21,
    "ftps": 990,
    "sftp": 22,
    "ssh": 22,
    "git+ssh": 22,
    "svn": 3690,
    "svn+ssh": 22,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "mongodb": 27017,
    "redis": 6379,
    "amqp": 5672,
    "http": 80,
    "https": 443,
}
_URL = regex(
    r"(?<![\w+./-])("
    + "|".join(map(re.escape, PORTS))
    + r")(?:\+\w+)?://(?:[^\s/@\"'<>]*@)?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::(\d{1,5}))?(?![\w.-])"
)
_SCP = regex(r"(?:[\w.-]+@)([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+):(?!//)")
# Addresses of this machine, of private networks, and those that stand for any.
_LOCAL = regex(
    r"(?:127|10|0)\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|(?:.*\.)?(?:local|localdomain|internal|test|invalid)|(?:.*\.)?example\.\w+"
)


class Reached(NamedTuple):
    """A host and port that code reaches, the words that say so, and the scheme in them."""

    text: Text
    scheme: Text
    host: str
    port: int


def addresses(text: Text) -> Iterator[Reached]:
    """The addresses of other machines in a text."""
    for found in _URL.finditer(text) if "://" in text else ():
        if not _LOCAL.fullmatch(found[2]):
            scheme, port = text.part(*found.span(1)), int(found[3] or PORTS[found[1]])
            yield Reached(text.part(*found.span()), scheme, found[2], port)


@fact
def reached_machines(repo: Snapshot) -> tuple[Reached, ...]:
    """All that the build, the start and the notebooks reach."""
    return (*reached_in_build_and_start(repo), *reached_in_notebooks(repo))


def reached_in_build_and_start(repo: Snapshot) -> Iterator[Reached]:
    """What the commands of postBuild, start and the Dockerfile reach; not where their failing is provided for."""
    for script in (post_build_script(repo), start_script(repo)):
        if script:
            yield from _of_commands(script.running)
    for run in docker_runs(repo):
        yield from _of_commands(run.commands)


def _of_commands(commands: Iterable[Command]) -> Iterator[Reached]:
    for command in commands:
        if command.ignored or command.name in ("echo", "printf", "git-config") or command.values[:1] == ("config",):
            continue
        for word in command.args:
            raw = Text(word.place.text, word.place)
            yield from addresses(raw)
            remote = command.name in ("scp", "sftp", "rsync") or (command.name == "git" and "clone" in command.values)
            if remote and (found := _SCP.search(raw)) and not _LOCAL.fullmatch(found[1]):
                yield Reached(raw.part(*found.span()), raw.part(found.start(), found.start()), found[1], 22)


# An address of another scheme than http, or with a port. It begins with what is looked for, as outputs may be large.
_MAY_REACH = regex(r"://(?:(?<!http://)(?<!https://)|[^\s/\"'\\]*:\d)")


def reached_in_notebooks(repo: Snapshot) -> Iterator[Reached]:
    """What the code of notebooks reaches: in strings of Python, in commands of the shell, and in other languages outside of comments."""
    for page in shown_notebooks(repo):
        if not _MAY_REACH.search(page.all_code):
            continue
        for cell in page.code:
            if _URL.search(cell.text):
                yield from _of_cell(page, cell)


def _of_cell(page: PlainNotebook, cell: PlainCell) -> Iterator[Reached]:
    lines = cell.text.split("\n")
    numbers = range(1, len(lines) + 1)
    if page.is_python and not lines[0].startswith(("%%bash", "%%sh", "%%script")):
        tree = syntax(cell.text)
        shell = {number for number in numbers if lines[number - 1].lstrip().startswith(("!", "%sx", "%system"))}
        wanted = shell | (set(_lines_with_addresses(tree)) if tree else set())
    else:
        wanted = {number for number in numbers if not lines[number - 1].lstrip().startswith(("#", "//", "--"))}
    for number in sorted(wanted):
        if _URL.search(lines[number - 1].partition(" #")[0]):
            line = page.line(cell.number, number)
            if isinstance(line, Text):
                yield from addresses(line)


def _is_web_address(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).startswith(("http://", "https://"))


def _lines_with_addresses(tree: ast.Module) -> Iterator[int]:
    """Lines of strings that are an address as a whole, outside of `try`."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Try, ast.Expr)) and not (
            isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
        ):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            continue
        if isinstance(node, ast.Dict) and any(_is_web_address(value) for value in node.values):
            continue  # several ways to the data, of which the code takes one
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _URL.match(node.value):
            yield node.lineno
        todo += children(node)
