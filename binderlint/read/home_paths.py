"""Home paths: files and folders of the author's computer that the code cells of a notebook use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from binderlint.pattern import regex
from binderlint.read.cells import python, syntax
from binderlint.read.tree import children
from binderlint.values import NamedTuple

_START = r"/Users/[\w. -]+/|/(?:Volumes|media|run/media)/[\w. -]+/|/home/(?!jovyan\b)[a-z][\w.-]*/|[A-Za-z]:(?:\\\\?|/)[\w. -]+(?:\\|/|\.\w+(?=[\"']))|/content/drive\b"
_QUOTED = regex(rf"""(?P<quote>["'])(?P<path>{_START})[^"'\n]*(?P=quote)""")
_SHELL = regex(
    r"\s*(?![!%]\s*(?:echo|export|env|set_env)\b)[!%].*?(?<![\w:/.])(?P<path>/Users/[\w.-]+/|/(?:Volumes|media|run/media)/[\w.-]+/|/home/(?!jovyan\b)[a-z][\w.-]*/|/content/drive\b)"
)
_HINT = regex(r"/Users/|/Volumes/|/media/|/home/|/content/drive|[\"'][A-Za-z]:[\\/]")
_NAMED = regex(r"\s*(?P<name>[A-Za-z_.][\w.]*)\s*(?:<<?-|=)\s*r?(?P<quote>[\"'])[^\"'\n]*(?P=quote)\s*;?\s*(?:#.*)?$")
# What does not touch the file, in R and in code of Python 2.
_UNTOUCHED = regex(
    r"\bprint\b|^\s|\.libPaths\(|\b(?:file|dir)\.exists\(|\bsys\.path\b|\.(?:append|insert)\(|\bSys\.setenv\("
)

# Functions whose result is a path when they are given one.
_PASSES_ON = regex(
    r"(?:Posix)?Path|join(?:path)?|expanduser|expandvars|absolute|abspath|realpath|normpath|resolve|dirname|fspath|as_posix|str|format"
    r"|with_(?:name|stem|suffix)|[lr]?strip|replace|quote|list|tuple|sorted|zip|enumerate|dict"
)
# Functions after which nothing has failed: they only remember the text, show it, or ask whether there is such a file.
_HARMLESS = regex(
    r"append|appendleft|insert|extend|add|update|setdefault|putenv|get|pop|remove|index|count|exists|lexists|is_?file|is_?dir|i?glob|rglob|basename|isabs"
    r"|relpath|relative_to|commonpath|split\w*|startswith|endswith|fullmatch|re|len|type|repr|hash|\w*(?:print|display|Markdown|HTML|Windows|Posix|match|search|sub)\w*"
    r"|mount|debug|info|warn|warning|error|log|title|set_title|suptitle|addsitedir"
)
_WRITES = regex(
    r"to_\w+|(?:\w*_)?(?:save|write|dump|export)\w*|savefig|savez\w*|savetxt|imsave|imwrite|makedirs|mkdir|touch"
)
_WRITES_IN_R = frozenset({"ggsave", "fwrite", "sink", "pdf", "png", "jpeg", "tiff", "svg"})
_CLOSED = regex(r"\([^()]*\)")  # a call within the arguments
_CALLED = regex(r"([\w.]+)\s*\([^()]*$")  # the call whose arguments are open
_READS = regex(
    r"\w*(?:read|load|open|import)\w*|chdir|listdir|scandir|walk|iterdir|stat|genfromtxt|fromfile|copy\w*|File|ExcelFile|Dataset|ZipFile|setwd|source"
)
# Nobody knows whether what is in these runs at all.
_MAYBE = (ast.If, ast.Try, ast.Match, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.IfExp)


class HomePath(NamedTuple):
    """A use of such a path: the number of its cell and the line in the cell where it is written (from 1), and its first folders."""

    cell: int
    line: int
    path: str
    certain: bool
    """Whether what is given the path is known to need the file."""
    written: bool = False
    """Whether the file is written, and not read."""

    @property
    def windows(self) -> bool:
        return not self.path.startswith("/")

    @property
    def has_backslash(self) -> bool:
        """Whether it is the name of one file for Linux, which may be written anywhere."""
        return self.path[2:3] == "\\"


def home_paths(cells: Iterable[tuple[int, str]], is_python: bool) -> Iterator[HomePath]:
    r"""The paths of the author's computer that the cells (their numbers and texts) need to run.

    A path is used where a function gets it, at once or by the name that was given to it. It is not used where it is only shown,
    added to a list such as `sys.path`, or compared, nor in a function, class, `if` or `try`, which may not run. A path of Windows
    that is written is none either: on Linux `C:\data\x` is the name of a new file.
    """
    hinted = list(cells)
    if not any(_HINT.search(text) for _, text in hinted):
        return
    words = _Words(text for _, text in hinted)
    walk = _Walk()
    for number, text in hinted:
        tree = syntax(text) if is_python else None
        if tree is not None:
            walk.run(number, text, tree)
        for line, content in enumerate(text.split("\n") if _HINT.search(text) else (), 1):
            if found := _SHELL.match(content):
                walk.used.append(HomePath(number, line, found["path"], True))
            elif tree is None and not (is_python and python(text) is None) and (found := _in_text(content, words)):
                path, writes = found["path"], _writes_text(content[: found.start()])
                use = HomePath(number, line, path, writes or bool(_READS.search(content)), writes)
                if not (writes and use.has_backslash):
                    walk.used.append(use)
    yield from sorted(use for use in walk.used if (use.cell, use.line) not in walk.written)


class _Words:
    """How often each name stands in code."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.counts: dict[str, int] = {}
        for text in texts:
            for found in re.finditer(r"[A-Za-z_.][\w.]*", text):
                self.counts[found[0]] = self.counts.get(found[0], 0) + 1


def _in_text(line: str, words: _Words) -> re.Match[str] | None:
    """The path that a line of another language uses: not in a comment, and not in a name that nothing else uses."""
    found = _QUOTED.search(line)
    if not found or line.lstrip().startswith("#"):
        return None
    before = line[: found.start()]
    if "#" in before[max(before.rfind('"'), before.rfind("'")) + 1 :]:
        return None
    named = _NAMED.match(line)
    if _UNTOUCHED.search(line) or (named and words.counts[named["name"]] < 2):
        return None
    return found


def _writes_text(before: str) -> bool:
    """Whether the call whose argument begins behind this piece of a line, in a language other than Python, writes a file."""
    before = before[-300:]
    while (shorter := _CLOSED.sub("", before)) != before:
        before = shorter
    called = _CALLED.search(before)
    return bool(called and (called[1] in _WRITES_IN_R or _WRITES.fullmatch(called[1].replace(".", "_"))))


class _Walk:
    """The top-level code of a notebook, cell by cell: which names hold a path, and what is done with it."""

    def __init__(self) -> None:
        self.used: list[HomePath] = []
        self.written: set[tuple[int, int]] = set()
        """Where paths of Windows stand that are written to."""
        self._names: dict[str, HomePath] = {}
        self._keys: dict[str, dict[object, HomePath | None]] = {}
        """Of the names that hold a dictionary, what is behind each of its keys."""
        self._quoted: dict[int, str] = {}
        """The path that a line of the cell has in quotes, which is looked for once however many texts the line has."""

    def run(self, number: int, text: str, tree: ast.Module) -> None:
        lines = text.split("\n")
        self._quoted.clear()
        statements = tree.body[::-1]
        while statements:
            statement = statements.pop()
            if isinstance(statement, _MAYBE):
                continue
            nodes = _nodes(statement)
            held: dict[ast.AST, HomePath] = {}
            for node in reversed(nodes):  # what a node is made of comes before it
                if (path := self._path(node, held, number, lines)) is not None:
                    held[node] = path
            self._assign(statement, held)
            statements += getattr(statement, "body", [])[::-1]

    def _path(self, node: ast.AST, held: dict[ast.AST, HomePath], number: int, lines: list[str]) -> HomePath | None:
        """The path that an expression is made of; notes what is done with it."""
        match node:
            case ast.Constant(value=str(value)):
                if "\n" in value or not re.match(r"/Users/|/home/|/content/drive|[A-Za-z]:[\\/\a\b\f\r\t\v]", value):
                    return None
                path = self._quoted_in(node.lineno, lines)
                return HomePath(number, node.lineno, path, False) if path else None
            case ast.Name(id=name):
                return self._names.get(name)
            case ast.Call():
                return self._call(node, held)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key)) if name in self._keys:
                return self._keys[name].get(key)
            case ast.BinOp() | ast.JoinedStr() | ast.FormattedValue() | ast.Attribute() | ast.Subscript():
                return _first(children(node), held)
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.Starred() | ast.NamedExpr() | ast.keyword():
                return _first(children(node), held)
        return None

    def _quoted_in(self, number: int, lines: list[str]) -> str:
        if number not in self._quoted:
            found = _QUOTED.search(lines[number - 1]) if number <= len(lines) else None
            self._quoted[number] = found["path"] if found else ""
        return self._quoted[number]

    def _call(self, node: ast.Call, held: dict[ast.AST, HomePath]) -> HomePath | None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        path = _first([node.func, *node.args, *node.keywords], held)
        if path is None or _HARMLESS.fullmatch(name):
            return None
        if _PASSES_ON.fullmatch(name):
            return path
        writes = _WRITES.fullmatch(name) or _opens_to_write(node, name)
        if (path.has_backslash and writes) or (path.windows and name in ("mkdir", "makedirs")):
            self.written.add((path.cell, path.line))
        else:
            certain = bool(_READS.fullmatch(name) or _WRITES.fullmatch(name))
            self.used.append(path._replace(certain=certain, written=bool(writes)))
        return None

    def _assign(self, statement: ast.stmt, held: dict[ast.AST, HomePath]) -> None:
        """Remember which names a statement gives a path to, and forget those it gives something else."""
        match statement:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=target, value=value) | ast.For(target=target, iter=value):
                targets = [target]
            case _:
                return
        for one in targets:
            if isinstance(one, ast.Name):
                self._keys.pop(one.id, None)
                if isinstance(value, ast.Dict) and value in held:
                    pairs = zip(value.keys, value.values, strict=True)
                    self._keys[one.id] = {
                        key.value: held.get(item) for key, item in pairs if isinstance(key, ast.Constant)
                    }
                if value is not None and (path := held.get(value)):
                    self._names[one.id] = path
                else:
                    self._names.pop(one.id, None)


def _nodes(statement: ast.stmt) -> list[ast.AST]:
    """A statement and what it is made of, each before its parts; without the statements in it and what may not run."""
    nodes: list[ast.AST] = [statement]
    for node in nodes:
        nodes += (one for one in children(node) if not isinstance(one, (ast.stmt, *_MAYBE)))
    return nodes


def _first(nodes: Iterable[ast.AST], held: dict[ast.AST, HomePath]) -> HomePath | None:
    return next((held[node] for node in nodes if node in held), None)


def _opens_to_write(node: ast.Call, name: str) -> bool:
    """Whether a file is opened so that it is made where it is not there."""
    if name != "open":
        return False
    given = [*node.args[:2], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    return any(isinstance(one, ast.Constant) and re.fullmatch(r"[wax][bt+]*", str(one.value)) for one in given)
