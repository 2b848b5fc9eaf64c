"""Imports: what the Python notebooks of a repository import, each statement tried by itself in the environment."""

from __future__ import annotations

import json
import posixpath
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from binderlint.facts.imported import local_names
from binderlint.facts.local_modules import loaded_by, modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.outside.child import Ended, clean_environment, elapsed, last_line, run_child
from binderlint.outside.scratch import Scratch
from binderlint.read.cells import imports
from binderlint.snapshot import Snapshot
from binderlint.trial.outcome import Attempt, Result, Stage
from binderlint.values import NamedTuple

_SECONDS = 120.0  # of one import
_ALL = 900.0  # of all together
_RUN = "it is a module of the repository, which runs only with --run"

# What finds out where modules are from, without importing any: those that are installed, those of Python itself, and the rest.
_WHERE = """
import importlib.util, json, sys, sysconfig
homes = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
found = {}
for name in sys.argv[1:]:
    try:
        spec = importlib.util.find_spec(name)
    except Exception:
        spec = None
    if spec is None:
        found[name] = "missing"
    else:
        places = list(spec.submodule_search_locations or []) + [spec.origin or ""]
        found[name] = "installed" if any(place.startswith(home) for place in places for home in homes) else "standard"
sys.stdout.write("\\n" + json.dumps(found) + "\\n")
"""
# What an import statement does, with the error that it raises.
_IMPORT = """
import importlib, sys
module = importlib.import_module(sys.argv[1])
for name in sys.argv[2:]:
    if name != "*" and not hasattr(module, name):
        try:
            importlib.import_module(sys.argv[1] + "." + name)
        except ImportError as error:
            if getattr(error, "name", None) not in (sys.argv[1] + "." + name, sys.argv[1]):
                raise
            raise ImportError("cannot import name '%s' from '%s'" % (name, sys.argv[1])) from None
"""


class Statement(NamedTuple):
    """An import: the module, the names from it (none for `import a.b`), and the folder it is run in where that is of the repository."""

    module: str
    names: tuple[str, ...]
    folder: str = ""

    @property
    def top(self) -> str:
        """The first part of the module's name."""
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"from {self.module} import {', '.join(self.names)}" if self.names else f"import {self.module}"


def statements(repo: Snapshot) -> dict[Statement, tuple[str, ...]]:
    """What the Python notebooks import outside of `try` and `if`, themselves and through files of the repository, with the places."""
    found: dict[Statement, list[str]] = {}
    for page in shown_notebooks(repo):
        folder = page.source.folder
        own = modules_in(repo, folder) if page.is_python else frozenset()
        for cell in page.code if page.is_python else ():
            for one in imports(cell.text):
                place = f"{page.source.path}, cell {cell.number}"
                module = one.modules[0]
                names = tuple(name[len(module) + 1 :] for name in one.modules[1:])
                local = one.name in own
                found.setdefault(Statement(module, names, f"{folder}/" if local else ""), []).append(place)
                for loaded in loaded_by(repo, folder, one.modules) if local else ():
                    found.setdefault(Statement(loaded.name, ()), []).append(f"{loaded.path}:{loaded.line}")
    return {one: tuple(dict.fromkeys(places)) for one, places in found.items() if one.module}


class Interpreter(NamedTuple):
    """The Python of an environment, what it may do, and whether packages are missing because they were not allowed."""

    program: Path
    scratch: Scratch
    ran: bool
    incomplete: bool

    def ask(self, code: str, words: Sequence[str], folder: str | None = None) -> Ended:
        """Run a few lines, isolated and in an empty folder; or in a folder of the copy, where it finds the modules there."""
        home = self.scratch.empty if folder is None else self.scratch.copy
        inside = self.scratch.empty if folder is None else self.scratch.copy / folder
        options = ["-I"] if folder is None else []
        command = [str(self.program), *options, "-B", "-W", "ignore", "-c", code, *words]
        variables = {**clean_environment(home, self.program.parent), "MPLBACKEND": "agg"}
        return run_child(command, inside, variables, _SECONDS)


def try_imports(repo: Snapshot, python: Interpreter) -> Iterator[Attempt]:
    """Each import by itself, in a process of its own."""
    wanted = statements(repo)
    homes = _homes(python, sorted({one.top for one in wanted if not one.folder}))
    start, tried = time.monotonic(), _local(repo, python.ran)
    for one, places in wanted.items():
        home = homes.get(one.top, "missing")
        if one.folder:
            result, said = (None, "") if python.ran else (Result.LEFT, _RUN)
        elif home == "standard":  # part of Python: it is there, and importing it may do something
            continue
        elif home == "missing":
            result, said = tried(one, python.incomplete)
        else:
            result, said = None, ""
        if result is None and elapsed(start) > _ALL:
            result, said = Result.LEFT, f"the imports took more than {_ALL / 60:.0f} minutes"
        if result is None:
            result, said = _tried(one, python)
        yield Attempt(Stage.IMPORTS, result, str(one), said, places)


def _local(repo: Snapshot, ran: bool):  # type: ignore[no-untyped-def]
    names = local_names(repo)

    def missing(one: Statement, incomplete: bool) -> tuple[Result, str]:
        """What is said of a module that is not in the environment."""
        if one.top in names:
            why = "the notebook finds it only where its folder is put on Python's path"
            return Result.LEFT, f"a file of the repository has this name; {why}" if ran else _RUN
        if incomplete:
            return Result.LEFT, "it may be in one of the packages that were not installed"
        return Result.FAILS, "no package that Binder installs has this module"

    return missing


def _homes(python: Interpreter, names: Sequence[str]) -> dict[str, str]:
    """Where modules are from: `installed`, `standard` or `missing`."""
    answer = python.ask(_WHERE, names) if names else Ended(0, "{}")
    try:
        found = json.loads(last_line(answer.said, 1_000_000))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _tried(one: Statement, python: Interpreter) -> tuple[Result, str]:
    folder = None if not one.folder else posixpath.normpath(one.folder.strip("/") or ".")
    ended = python.ask(_IMPORT, [one.module, *one.names], folder)
    if ended.code == 0:
        return Result.WORKS, ""
    if ended.code is None:
        return Result.FAILS, f"it takes longer than {_SECONDS:.0f} seconds"
    said = last_line(ended.said) or f"Python ends with exit code {ended.code}"
    if ended.code < 0:
        said = f"Python crashes (signal {-ended.code})"
    if "cannot open shared object file" in said:
        return Result.LEFT, f"{said}. That is a library of the system, and Binder's system is another one"
    if python.incomplete and ended.code > 0 and "cannot import name" not in said:
        return Result.LEFT, f"{said}. That may be for want of the packages that were not installed"
    return Result.FAILS, said
