"""setup-cannot-run: pip cannot run the repository's setup.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import OwnInstall, own_backend, own_build_requirements, own_installs
from binderlint.facts.environment.provided import provided
from binderlint.facts.environment.python import python_minor
from binderlint.facts.local_modules import loaded_by
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import parse_python, refused_line
from binderlint.read.config import refused_config
from binderlint.read.digits import release
from binderlint.read.packages import base_packages, package_of, packages_by_name
from binderlint.snapshot import Snapshot
from binderlint.source import Source

_LEGACY = "setuptools.build_meta:__legacy__"
# What pip gives every build that asks for nothing, and what none can have: it builds without the packages that are installed (pip, build_env.py).
_BUILDERS = frozenset({"setuptools", "wheel"})


class SetupCannotRun(Rule):
    code = "PIP016"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(own_installs)
    def check(self, repo: Snapshot, installs: tuple[OwnInstall, ...]) -> Iterator[Diagnostic]:
        source, backend, config = repo.get("setup.py"), own_backend(repo), repo.get("setup.cfg")
        if backend not in ("", _LEGACY, "setuptools.build_meta"):
            return
        level = None if any(one.stops for one in installs) else Level.RUN
        if config and (refused := refused_config(config.text)):
            yield self.at(
                config.slice(*config.line(refused.line)).trimmed(),
                f"setuptools cannot read setup.cfg ({refused.reason}), so pip cannot build the package of this repository",
                help=refused.advice,
                level=level,
            )
        if source is None:
            return
        if any("no-build-isolation" in one.place.text for one in installs) or "sys.path" in source.text:
            return
        fault = (
            _unreadable(source, python_minor(repo))
            or next(_faults(repo, source, set(), backend != "setuptools.build_meta"), None)
            or _needs_cmake(repo, source)
        )
        if fault:
            line, message, advice = fault
            yield self.at(
                source.slice(*source.line(line)).trimmed(),
                f"{message}, so pip cannot build the package of this repository",
                help=advice,
                level=level,
            )


def _needs_cmake(repo: Snapshot, source: Source) -> tuple[int, str, str] | None:
    """Where setup.py runs cmake, which Binder's image does not have and nothing installs."""
    tree = parse_python(source.text.removeprefix("\ufeff")) if "cmake" in source.text else None
    called = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and _runs(one, "cmake")] if tree else []
    if not called or ((post := post_build_script(repo)) is not None and "cmake" in post.source.text):
        return None
    names = {str(word) for entry in apt_entries(repo) for word in entry.words} | asked_names(repo)
    if "cmake" in names or "cmake" in " ".join(own_build_requirements(repo)):
        return None
    advice = "List `cmake` in apt.txt"
    return called[0].lineno, "setup.py runs `cmake`, which is not in Binder's image", advice


def _runs(call: ast.Call, program: str) -> bool:
    """Whether a call of subprocess runs a program that is written in it."""
    function, first = ast.unparse(call.func).rpartition(".")[2], call.args[0] if call.args else None
    if function not in ("call", "check_call", "check_output", "run", "Popen") or not isinstance(first, ast.List):
        return False
    word = first.elts[0] if first.elts else None
    return isinstance(word, ast.Constant) and word.value == program


def _unreadable(source: Source, python: str) -> tuple[int, str, str] | None:
    """The line of setup.py at which Python stops."""
    line = refused_line(source.text.removeprefix("\ufeff"), python)
    return (
        (
            line,
            "Python cannot read this line, a syntax error",
            "`python -m py_compile setup.py` reads it without running it, and says what is wrong",
        )
        if line
        else None
    )


def _faults(repo: Snapshot, source: Source, seen: set[str], finds_local: bool) -> Iterator[tuple[int, str, str]]:
    """The lines of a module that fail whenever it is run, what is wrong, and what to do."""
    tree = parse_python(source.text.removeprefix("\ufeff"))
    seen.add(source.path)
    statements = [inner for node in (tree.body if tree else []) for inner in _running(node)]
    missing = [name for node in statements for name in _imported(node) if _is_missing(repo, name)]
    for node in statements:
        for name in _imported(node):
            local = next((one for path in (f"{name}.py", f"{name}/__init__.py") if (one := repo.get(path))), None)
            if local is None:
                if name in missing:
                    yield (
                        node.lineno,
                        f"{source.path} imports `{name}`, which "
                        + (
                            "pip does not have any more"
                            if name.startswith("pip.")
                            else "is not installed where pip builds packages"
                        ),
                        _advice(missing),
                    )
            elif not finds_local:
                yield (
                    node.lineno,
                    f"setup.py imports `{name}`, which it does not find when pip runs it",
                    'Add `build-backend = "setuptools.build_meta:__legacy__"` to pyproject.toml, or read the file instead',
                )
            elif local.path not in seen:
                for _, message, advice in (
                    *_faults(repo, local, seen, finds_local),
                    *_missing_behind(repo, local, _dotted(node)),
                ):
                    yield node.lineno, f"setup.py imports `{name}`. {message}", advice
        for path in _opened(node):
            if not repo.exists(path):
                yield (
                    node.lineno,
                    f"{source.path} opens `{path}`, which is not in the repository",
                    "Commit the file, or open one that is there",
                )


def _missing_behind(repo: Snapshot, local: Source, modules: tuple[str, ...]) -> Iterator[tuple[int, str, str]]:
    """What further files need that are run when setup.py imports modules of the repository, the first of which is `local`."""
    found = [one for one in loaded_by(repo, "", modules) if one.path != local.path and _is_missing(repo, one.name)]
    if found:
        message = f"That runs {found[0].path}, which imports `{found[0].name}`, which is not installed where pip builds packages"
        yield found[0].line, message, _advice([one.name for one in found])


def _advice(missing: list[str]) -> str:
    if any(name.partition(".")[0] == "pip" for name in missing):
        return "Write the requirements as a list, without pip's own functions"
    names = dict.fromkeys(package.name if (package := package_of(name)) else name for name in missing)
    listed = ", ".join(f'"{name}"' for name in ("setuptools", *names))
    return f"Add a pyproject.toml with `requires = [{listed}]` under `[build-system]`"


def _is_missing(repo: Snapshot, name: str) -> bool:
    """Whether a module is certainly not there: it belongs to a known package, and everything that pip installs for the build is known as well."""
    required = own_build_requirements(repo)
    known = packages_by_name()
    if any(one not in known and one not in _BUILDERS for one in required):
        return False
    if name.startswith("pip."):
        return True  # pip has had no such modules since 10
    installed: frozenset[str] | None = frozenset()
    if _is_built_in_environment(repo):
        alone = not pip_requirements(repo) and not conda_specs(repo)  # what its own package brings comes later
        installed = base_packages() if alone else provided(repo)
    if installed is None:
        return False
    if name == "pip":
        return "pip" not in required and "pip" not in installed
    package = package_of(name)
    there, todo = set[str](), list(required)
    while todo:
        one = todo.pop()
        if one not in there:
            there.add(one)
            todo += known[one].brings if one in known else ()
    return package is not None and package.name not in there | _BUILDERS | installed


def _is_built_in_environment(repo: Snapshot) -> bool:
    """Whether pip runs setup.py in Binder's environment: without a pyproject.toml, where setuptools and wheel are installed and pip is older than 25.3 (pip, pyproject.py; repo2docker's lock files up to Python 3.12)."""
    python = python_minor(repo)
    return repo.get("pyproject.toml") is None and bool(python) and (3, 7) <= release(python) <= (3, 12)


def _running(node: ast.stmt) -> list[ast.stmt]:
    """What a statement runs whatever happens: itself, or what is in a `try` that ends the program where something cannot be imported."""
    if not isinstance(node, ast.Try) or len(node.handlers) != 1:
        return [node]
    handler = node.handlers[0]
    caught = handler.type.id if isinstance(handler.type, ast.Name) else "" if handler.type is None else "other"
    ends = any(isinstance(one, ast.Raise) or _exits(one) for one in handler.body)
    return node.body if ends and caught in ("", "ImportError", "ModuleNotFoundError") else [node]


def _exits(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) in ("sys.exit", "exit")
    )


def _imported(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Import():
            yield from (alias.name.partition(".")[0] for alias in node.names)
        case ast.ImportFrom(module=str(module), level=0):
            old = module.startswith("pip.") and not module.startswith(("pip._internal", "pip._vendor"))
            yield module if old else module.partition(".")[0]


def _dotted(node: ast.stmt) -> tuple[str, ...]:
    """The modules that an import runs, with their dots."""
    match node:
        case ast.Import():
            return tuple(alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module), level=0):
            return (module, *(f"{module}.{alias.name}" for alias in node.names))
    return ()


def _opened(node: ast.stmt) -> Iterator[str]:
    """The files that a statement opens for reading by a name written in it."""
    if not isinstance(node, ast.Assign | ast.Expr | ast.With | ast.AnnAssign):
        return
    for inner in ast.walk(node):
        match inner:
            case (
                ast.Call(func=ast.Name(id="open"), args=[ast.Constant(value=str(path))])
                | ast.Call(
                    func=ast.Name(id="open"),
                    args=[ast.Constant(value=str(path)), ast.Constant(value="r" | "rb" | "rt")],
                )
            ) if not path.startswith("/"):
                yield path
