"""File reads: the files that the code cells of a notebook certainly read, by paths that are written out."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Iterator
from itertools import islice

from binderlint.data import pairs
from binderlint.pattern import regex
from binderlint.read.cells import syntax
from binderlint.read.tree import children, walk
from binderlint.values import NamedTuple

# A call that may read a file: the last names of the functions in readers.tsv, and methods of a path.
READING_CALL = r"\b(?:open|open_\w+|\w*read|read_\w+|load|load\w+|genfromtxt|fromfile|\w*imread|ExcelFile|ZipFile|Dataset|Image|SVG|Audio|parse|listdir|scandir|iterdir|chdir)\s*\("
READING = regex(READING_CALL)
MAY_NEED = regex(READING_CALL + r"|\b(?:to_\w+|save\w*)\s*\(|(?:cred|secret|service)[\w-]*\.json")
"""The same, or one that writes a file, or the name of a file of secrets."""
_FOLDERS = ("listdir", "scandir", "chdir", "iterdir")  # functions that need a folder
_OPENS = ("open", "ZipFile", "Dataset")  # functions that a mode makes write
_OF_A_PATH = frozenset(["open", "read_text", "read_bytes", "iterdir"])
_SAME_PATH = frozenset(["abspath", "realpath", "normpath", "fspath", "absolute", "resolve", "as_posix", "str"])
# Files with which programs prove who they are, and what makes them or only names them. Nobody publishes one.
SECRETS = regex(r"(?:\w+[-_])?(?:creds?|credentials?|client[-_]secrets?|service[-_]account)(?:[-_]\w+)?\.json")
_NOT_FOR_SECRETS = frozenset(
    [
        "save",
        "dump",
        "write",
        "exists",
        "isfile",
        "join",
        "Path",
        "PurePath",
        "print",
        "input",
        "remove",
        "append",
        "getenv",
        "get",
        "setdefault",
    ]
)
# What writes a file in a folder that is there, by the path that it gets first: methods of tables and pictures, and functions.
_WRITING = frozenset(["to_csv", "to_excel", "to_json", "to_pickle", "to_feather", "savefig"])
_WRITERS = frozenset(["numpy.save", "numpy.savez", "numpy.savetxt"])
_MOST = 20  # reads of a function that are remembered
# What gives a name to something, and what does so inside of an expression.
_NAMES = regex(r"=|\b(?:import|for|with|del|def|class|except|case)\b")
_BINDS = regex(r":=|\bfor\b")


class FileRead(NamedTuple):
    """A path that has to be there: as it is written, its line in the cell, whether it is a folder, and whether it is one that a file is written to."""

    path: str
    line: int
    folder: bool
    into: bool = False


class _Function(NamedTuple):
    """What a function reads whenever it is called, where its parameters stand in the paths as `_given` says, and their default texts."""

    parameters: tuple[str, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()
    reads: tuple[FileRead, ...] = ()


def _given(parameter: str) -> str:
    """What stands in a path for what a parameter gets."""
    return f"\0{parameter}\0"


_GIVEN = regex(r"\0(\w+)\0")


class FileReads:
    """What cells read, one after the other: imports, names that hold a text, and functions are remembered from cell to cell."""

    def __init__(self, local: Callable[[str], FileReads | None] = lambda _: None) -> None:
        """Start with nothing. `local` says what is known of a module of the repository, by its dotted name."""
        self._local = local
        self._locals: dict[str, FileReads] = {}
        self._modules: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._functions: dict[str, _Function] = {}
        self._may_read = self._binds = True
        """Whether something in the code that is looked at may read a file, and may give names inside of expressions."""

    def of(self, text: str) -> Iterator[FileRead]:
        """The reads at the top level of a cell, and of functions that it calls: none in an `if`, a `try` or a loop, which may not run."""
        self._may_read = " as " in text or MAY_NEED.search(text) is not None or self._knows_reader(text)
        self._binds = bool(_BINDS.search(text))
        tree = syntax(text) if self._may_read or _NAMES.search(text) else None
        yield from self._run(tree.body if tree else [])

    def _knows_reader(self, text: str) -> bool:
        """Whether a text has a name that stands for something that reads files."""
        readers = pairs("readers.tsv")
        named = [name for name, meant in self._modules.items() if meant in readers]
        return any(name in text for name in (*named, *self._functions, *self._locals))

    def _run(self, body: list[ast.stmt]) -> Iterator[FileRead]:
        statements = body[::-1]
        while statements:
            one = statements.pop()
            match one:
                case ast.Import(names=names):
                    self._import(names)
                    self._modules |= {each.asname or each.name.partition(".")[0]: each.name if each.asname else each.name.partition(".")[0] for each in names}  # fmt: skip
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    self._modules |= {each.asname or each.name: f"{module}.{each.name}" for each in names}
                    self._import_from(module, names)
                case ast.Expr() | ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Return():
                    yield from self._reads(one)
                case ast.With(items=items, body=inner):
                    for item in items:
                        yield from self._reads(item.context_expr)
                    statements += inner[::-1]
                case ast.If(
                    test=ast.Compare(left=ast.Constant(value="google.colab"), ops=[ast.In()]), orelse=otherwise
                ):
                    statements += otherwise[::-1]
            if isinstance(one, ast.Return | ast.Raise) or _may_return(one):
                return
            self._learn(one)

    def _import(self, names: list[ast.alias]) -> None:
        """Keep the modules of the repository that are imported."""
        for one in names:
            if known := self._local(one.name) if one.asname or "." not in one.name else None:
                self._locals[one.asname or one.name] = known

    def _import_from(self, module: str, names: list[ast.alias]) -> None:
        """Keep what is imported from a module of the repository: modules in it, functions and texts."""
        known = self._local(module)
        for one in names:
            name = one.asname or one.name
            if inner := self._local(f"{module}.{one.name}"):
                self._locals[name] = inner
            elif known and one.name == "*":
                self._functions |= known._functions
                self._texts |= known._texts
            elif known and one.name in known._functions:
                self._functions[name] = known._functions[one.name]
            elif known and one.name in known._texts:
                self._texts[name] = known._texts[one.name]

    def _reads(self, node: ast.AST) -> Iterator[FileRead]:
        todo: list[ast.AST] = [node] if self._may_read else []
        while todo:
            one = todo.pop()
            if isinstance(
                one, ast.Lambda | ast.IfExp | ast.BoolOp | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
            ):
                continue
            if isinstance(one, ast.Call):
                if path := self._read(one):
                    yield FileRead(path, one.lineno, _last(one.func) in _FOLDERS)
                elif folder := self._folder_of(self._argument(one)):
                    yield FileRead(folder, one.lineno, folder=True)
                elif folder := self._written_to(one):
                    yield FileRead(folder, one.lineno, folder=True, into=True)
                else:
                    yield from self._of_call(one)
            todo += children(one)

    def _of_call(self, call: ast.Call) -> Iterator[FileRead]:
        """What a call of a function that is known reads, by what it is given."""
        match call.func:
            case ast.Name(id=name):
                function = self._functions.get(name)
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in self._locals:
                function = self._locals[module]._functions.get(name)
            case _:
                function = None
        if function is None or any(isinstance(one, ast.Starred) for one in call.args):
            return
        given = dict(zip(function.parameters, map(self._text, call.args), strict=False))
        given |= {one.arg: self._text(one.value) for one in call.keywords if one.arg}
        texts = dict(function.defaults) | given
        for read in function.reads:
            names = _GIVEN.findall(read.path)
            if any(texts.get(name) is None for name in names) or None in [one.arg for one in call.keywords if names]:
                continue
            path = _GIVEN.sub(lambda found: texts[found[1]] or "", read.path)
            if not any(str(texts[name]).startswith(("/", "~")) for name in _GIVEN.findall(read.path, 1)):
                yield read._replace(path=path, line=call.lineno)

    def _read(self, call: ast.Call) -> str:
        """The path that a call reads, empty for none."""
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in _OF_A_PATH and (path := self._text(function.value)):
            return path if function.attr != "open" or _for_reading(call, 0) else ""
        name = self._name(function)
        keyword = pairs("readers.tsv").get(name)
        if keyword is None and _last(function) not in _NOT_FOR_SECRETS and call.args:
            path = self._text(call.args[0]) or ""
            return path if SECRETS.fullmatch(posixpath.basename(path)) else ""
        return self._text(self._argument(call)) or ""

    def _argument(self, call: ast.Call) -> ast.expr | None:
        """What a function of readers.tsv gets as the path that it reads."""
        name = self._name(call.func)
        keyword = pairs("readers.tsv").get(name)
        if keyword is None or (name.endswith(_OPENS) and not _for_reading(call, 1)):
            return None
        if call.args and not keyword.startswith("="):
            return call.args[0]
        return next((one.value for one in call.keywords if one.arg == keyword.lstrip("=")), None)

    def _folder_of(self, node: ast.expr | None) -> str:
        """The folder with which a text begins of which the rest is not written out; empty for none."""
        parts: list[ast.expr] = []
        match node:
            case ast.JoinedStr(values=parts):
                pass
            case ast.BinOp(op=ast.Add()):
                while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                    parts.insert(0, node.right)
                    node = node.left
                parts.insert(0, node)
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
                return text.partition("%")[0].rpartition("/")[0]
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
                return text.partition("{")[0].rpartition("/")[0]
        begin = ""
        for one in parts:
            known = self._text(one.value if isinstance(one, ast.FormattedValue) else one)
            if known is None:
                break
            begin += known
        return begin.rpartition("/")[0] if "\0" not in begin else ""

    def _written_to(self, call: ast.Call) -> str:
        """The folder of the file that a call writes, which has to be there; empty for none."""
        name, last = self._name(call.func), _last(call.func)
        method = last in _WRITING and isinstance(call.func, ast.Attribute)
        if method and any(meant.partition(".")[0] == "dask" for meant in self._modules.values()):  # makes folders
            return ""
        opens = name.endswith("open") and name in pairs("readers.tsv") and not _for_reading(call, 1)
        if not call.args or not (opens or method or name in _WRITERS):
            return ""
        path = self._text(call.args[0]) or ""
        return path.rpartition("/")[0] if _GIVEN.sub("", path.rpartition("/")[2]) == path.rpartition("/")[2] else ""

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
        """The text of an expression, or the path that it is; None where it is not written out."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id=name):
                return self._texts.get(name)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], "".join)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._joined([left, right], lambda parts: posixpath.join(*parts))
            case ast.JoinedStr(values=values):
                parts = [
                    one.value
                    if isinstance(one, ast.FormattedValue) and one.conversion < 0 and not one.format_spec
                    else one
                    for one in values
                ]
                return self._joined(parts, "".join)
            case ast.Attribute(value=value, attr="parent"):
                return _parent(self._text(value))
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in self._locals:
                return self._locals[module]._texts.get(name)
            case ast.Call(func=function, args=given, keywords=[]):
                return self._called(function, given)
        return None

    def _called(self, function: ast.expr, given: list[ast.expr]) -> str | None:
        """The path that a call gives."""
        name, last = self._name(function), _last(function)
        if name in ("os.getcwd", "pathlib.Path.cwd") or (name == "pathlib.Path" and not given):
            return "."
        if name == "pathlib.Path.home" and not given:
            return "~"
        if name == "os.path.expanduser" and len(given) == 1:
            return self._text(given[0])
        if name in ("os.path.join", "pathlib.Path"):
            return self._joined(given, lambda parts: posixpath.join(*parts))
        if name == "os.path.dirname" and len(given) == 1:
            return _parent(self._text(given[0]))
        if last in _SAME_PATH and (name.startswith("os.") or name == "str") and len(given) == 1:
            return self._text(given[0]) or None
        if isinstance(function, ast.Attribute) and not name.startswith("os."):
            if last == "joinpath":
                return self._joined([function.value, *given], lambda parts: posixpath.join(*parts))
            if last in _SAME_PATH and not given:
                return self._text(function.value)
        return None

    def _joined(self, nodes: list[ast.expr], join: Callable[[list[str]], str]) -> str | None:
        """What expressions make together; None where one of them is not written out."""
        parts = [text for one in nodes if (text := self._text(one)) is not None]
        return join(parts) if parts and len(parts) == len(nodes) else None

    def _learn(self, statement: ast.stmt) -> None:
        """Remember a text that a statement gives a name, and what a function reads, and forget what it may change."""
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            function = self._read_in(statement) if isinstance(statement, ast.FunctionDef) else _Function()
            self._functions[statement.name] = function
            self._locals.pop(statement.name, None)
            self._modules[statement.name] = ""
            self._texts.pop(statement.name, None)
            return
        if (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
        ):
            text = self._text(statement.value)
            if text is not None:
                self._texts[statement.targets[0].id] = text
                return
        changing: list[ast.AST] = []
        if self._texts or self._modules or self._functions or self._locals:
            changing = [statement]
        if not self._binds and isinstance(statement, ast.Expr | ast.Import | ast.ImportFrom):
            changing = []
        elif not self._binds and isinstance(statement, ast.Assign):
            changing = [*statement.targets]
        for one in changing:
            for node in walk(one):
                if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                    self._texts.pop(node.id, None)
                    self._modules.pop(node.id, None)
                    self._functions.pop(node.id, None)
                    self._locals.pop(node.id, None)

    def _read_in(self, function: ast.FunctionDef) -> _Function:
        """What a function reads whenever it is called: nothing where it is a generator or changed by a decorator."""
        nodes = walk(function)
        if function.decorator_list or any(isinstance(one, ast.Yield | ast.YieldFrom | ast.Global) for one in nodes):
            return _Function()
        given = {one.arg for one in nodes if isinstance(one, ast.arg)}
        inner = FileReads(self._local)
        inner._locals = {name: module for name, module in self._locals.items() if name not in given}
        inner._modules = {name: module for name, module in self._modules.items() if name not in given}
        inner._texts = {name: text for name, text in self._texts.items() if name not in given}
        inner._functions = {name: reads for name, reads in self._functions.items() if name not in given}
        wanted = function.args
        parameters = [one.arg for one in (*wanted.posonlyargs, *wanted.args)]
        inner._texts |= {name: _given(name) for name in (*parameters, *(one.arg for one in wanted.kwonlyargs))}
        usual = [*zip(parameters[::-1], wanted.defaults[::-1], strict=False)]
        usual += [(one.arg, value) for one, value in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True) if value]
        defaults = ((name, text) for name, value in usual if (text := self._text(value)) is not None)
        return _Function(tuple(parameters), tuple(defaults), tuple(islice(inner._run(function.body), _MOST)))


def _may_return(statement: ast.stmt) -> bool:
    """Whether a condition, loop or the like in a function may be the last statement of it that runs."""
    chosen = isinstance(statement, ast.If | ast.For | ast.While | ast.Try | ast.Match)
    return chosen and any(isinstance(one, ast.Return) for one in walk(statement))


def _last(node: ast.expr) -> str:
    """The last word of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _parent(path: str | None) -> str | None:
    """The folder that a path is in; of the current folder, the one above."""
    if path is None or "\0" in path:
        return None
    path = posixpath.normpath(path)
    return (
        posixpath.normpath(posixpath.join(path, ".."))
        if path.rpartition("/")[2] in (".", "..")
        else posixpath.dirname(path) or "."
    )


def _for_reading(call: ast.Call, place: int) -> bool:
    """Whether a call of a function such as `open`, whose argument at this place is a mode, reads: it does when it gets no mode, or one that says so."""
    given = call.args[place] if len(call.args) > place else None
    mode = given or next((one.value for one in call.keywords if one.arg == "mode"), None)
    if mode is None:
        return True
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and not set("wax+") & set(mode.value)
