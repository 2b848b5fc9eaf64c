"""Local modules: the Python files of the repository that a notebook imports, and what these import when they are loaded."""

from __future__ import annotations

import ast
import posixpath
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from binderlint.fact import fact
from binderlint.facts.environment.own_package import own_installs
from binderlint.pattern import regex
from binderlint.read.cells import imports, parse_python
from binderlint.read.packages import package_of
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.source import SYMLINK, Source
from binderlint.values import NamedTuple

_WORD = regex(r"\w+")
# After these, modules in other folders may be found.
_FINDS = ("sys.path", "%cd", "os.chdir", "PYTHONPATH", "git clone", "%run", "site.addsitedir")
_INSTALLS = regex(r"\binstall\b")


class Loaded(NamedTuple):
    """An import at the top of a local file: the top-level name, the path of the file and the line."""

    name: str
    path: str
    line: int


def finds_modules(page: PlainNotebook) -> bool:
    """Whether a notebook does something after which modules that are not beside it may be found."""
    code = page.all_code
    return any(word in code for word in _FINDS) or ("install" in code and _INSTALLS.search(code) is not None)


def modules_in(repo: Snapshot, folder: str) -> frozenset[str]:
    """The names that a notebook in a folder can import from files beside it: modules and packages."""
    return _modules_by_folder(repo).get(folder, frozenset())


@fact
def _modules_by_folder(repo: Snapshot) -> Mapping[str, frozenset[str]]:
    """The modules and packages of each folder that has any, those behind links included."""
    found: dict[str, set[str]] = {}
    for path, source in repo.sources.items():
        folder, _, name = path.rpartition("/")
        if source.mode == SYMLINK and repo.get(f"{path}/__init__.py"):
            found.setdefault(folder, set()).add(name)
            continue
        if name == "__init__.py":
            parent, _, package = folder.rpartition("/")
            found.setdefault(parent, set()).add(package)
        elif name.endswith(".py"):
            found.setdefault(folder, set()).add(name.removesuffix(".py"))
            parent, _, package = folder.rpartition("/")
            if package and _is_free(package):
                found.setdefault(parent, set()).add(package)
    return MappingProxyType({folder: frozenset(names) for folder, names in found.items()})


def loaded_by(repo: Snapshot, folder: str, modules: tuple[str, ...]) -> tuple[Loaded, ...]:
    """What is imported from elsewhere when local modules, named with their dots, are imported by a notebook in a folder, file by file."""
    return _load(repo, folder, modules)[1]


def loaded_files(repo: Snapshot, folder: str, modules: tuple[str, ...]) -> tuple[Source, ...]:
    """The files of the repository that Python runs when local modules are imported by a notebook in a folder."""
    return _load(repo, folder, modules)[0]


@fact
def _load(repo: Snapshot, folder: str, modules: tuple[str, ...]) -> tuple[tuple[Source, ...], tuple[Loaded, ...]]:
    """The files that run when local modules are imported, and what they import from elsewhere."""
    files: list[Source] = []
    todo = [source for name in modules for source in _files(repo, folder, name.split("."))]
    seen: set[str] = set()
    found: list[Loaded] = []
    while todo:
        source = todo.pop(0)
        if source.path in seen:
            continue
        seen.add(source.path)
        files.append(source)
        for names, line in _imports(repo, source.path):
            for dotted in names:
                base, parts = (folder, dotted) if dotted[0] else _relative(source, dotted)
                further = list(_files(repo, base, parts))
                todo += further
                if dotted[0] and not further:
                    found.append(Loaded(dotted[0], source.path, line))
    return tuple(files), tuple(found)


def _relative(source: Source, dotted: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The folder that the dots before a name stand for (each an empty part), and the name."""
    parts = tuple(part for part in dotted if part)
    folder = source.folder
    for _ in range(len(dotted) - len(parts) - 1):
        folder = posixpath.dirname(folder)
    return folder, parts


def _is_free(name: str) -> bool:
    """True when no module of Python and no known package has a name, so that a folder of it without `__init__.py` is what Python imports by it."""
    return name.isidentifier() and name not in sys.stdlib_module_names and package_of(name) is None


def _files(repo: Snapshot, folder: str, parts: Sequence[str]) -> Iterator[Source]:
    """The files that Python runs to import a dotted name: each package on the way, then the module; none where the first is not local."""
    free = _is_free(parts[0])
    for part in parts:
        folder = posixpath.join(folder, part)
        package = repo.get(f"{folder}/__init__.py")
        if package:
            yield package
        elif module := repo.get(f"{folder}.py"):
            yield module
            return
        elif not free:
            return


@fact
def _imports(repo: Snapshot, path: str) -> tuple[tuple[tuple[tuple[str, ...], ...], int], ...]:
    """The imports at the top of a file, outside of `try`, `if` and functions: the dotted names in parts, a dot before them as an empty part; and the line."""
    tree = parse_python(repo.sources[path].text.removeprefix("\ufeff"))
    found: list[tuple[tuple[tuple[str, ...], ...], int]] = []
    for node in tree.body if tree else ():
        if isinstance(node, ast.Import):
            found.append((tuple(tuple(alias.name.split(".")) for alias in node.names), node.lineno))
        elif isinstance(node, ast.ImportFrom):
            base = (*[""] * node.level, *(node.module.split(".") if node.module else ()))
            names = tuple((*base, alias.name) for alias in node.names)
            found.append((names if node.level else (base, *names), node.lineno))
    return tuple(found)


@fact
def imported_files(repo: Snapshot, page: PlainNotebook) -> tuple[Source, ...]:
    """The files of the repository that the cells of a notebook import, and those that these import, outside of cells that may fail."""
    beside = page.source.folder
    places = dict.fromkeys(modules_in(repo, beside), beside)
    for folder in ("", "src") if own_installs(repo) else ():  # its package is found from everywhere
        places = dict.fromkeys(_packages_in(repo, folder), folder) | places
    found: dict[str, Source] = {}
    for cell in page.code if places else ():
        if "import" in cell.text and not places.keys().isdisjoint(_WORD.findall(cell.text)):
            for one in imports(cell.text):
                if one.name in places:
                    found |= {source.path: source for source in loaded_files(repo, places[one.name], one.modules)}
    return tuple(found.values())


def _packages_in(repo: Snapshot, folder: str) -> frozenset[str]:
    """The packages in a folder, without single modules."""
    names = modules_in(repo, folder)
    return frozenset(name for name in names if repo.get(posixpath.join(folder, name, "__init__.py")))
