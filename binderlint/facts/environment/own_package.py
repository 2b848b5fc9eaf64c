"""Own package: the Python package that the repository itself is: its names, the Python it needs, and where the build installs it."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.environment.installs import pip_files, pip_requirements, server_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.pattern import regex
from binderlint.read.cells import located, parse_python
from binderlint.read.constraints import without_caret
from binderlint.read.installer import is_pip
from binderlint.read.packages import names_of_conda
from binderlint.read.requirements import Requirement, canonical, parse_requirement, read_requirements
from binderlint.read.script import Command
from binderlint.read.toml import find_value, parse_pyproject
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Text
from binderlint.typed import Any
from binderlint.values import NamedTuple

_NAMES = (
    ("setup.cfg", regex(r"^\[metadata\](?:(?!^\[).)*?^name\s*=\s*([\w.-]+)", re.M | re.S)),
    ("setup.py", regex(r"""(?:\b(?:name|NAME|DISTNAME|package_name)\s*=|["']name["']\s*:)\s*["']([\w.-]+)["']""")),
)
_PYTHONS = (
    ("setup.cfg", regex(r"^python_requires\s*=\s*([^\n#]+)", re.M)),
    ("setup.py", regex(r"""^[^\n#]*\bpython_requires\s*=\s*["']([^"'\n]+)["']""", re.M)),
)
# Where the tools that build packages look for a name.
_KEYS = (("project", "name"), ("tool", "poetry", "name"), ("tool", "flit", "metadata", "dist-name"))
_MODULE = ("tool", "flit", "metadata", "module")
_BACKEND = ("build-system", "build-backend")
_POETRY = ("tool", "poetry", "dependencies", "python")
_EXTRAS = regex(r"^\[options\.extras_require\]\n(.*?)(?=^\[|\Z)", re.M | re.S)
_EXTRA = regex(r"^([\w.-]+)\s*=((?:[^\n]*\n?)(?:[ \t]+[^\n]*(?:\n|\Z))*)", re.M)
_REQUIRES = regex(r"^install_requires\s*=((?:[^\n]*\n?)(?:[ \t]+[^\n]*(?:\n|$))*)", re.M)
_LINE = regex(r"#[^\n]*|(\S(?:(?!\s#)[^\r\n])*)")
_DEPENDENCIES = regex(r"^\[project\][^\n]*\n(?:(?!\[)[^\n]*\n)*?dependencies\s*=", re.M)
_QUOTED = regex(r"#[^\n]*|([\"'])((?:(?!\1)[^\n])*)\1")
_ITSELF = regex(r"\./?(?:\[[\w,\s-]*\])?")


class OwnInstall(NamedTuple):
    """Where the package in the root is installed, and whether the build stops when that fails."""

    place: Place
    stops: bool


@fact
def own_names(repo: Snapshot) -> frozenset[str]:
    """Names of the package in the root, as pyproject.toml, setup.cfg and setup.py write them; empty where a program computes them."""
    written = (*(_value(repo, *keys) for keys in (*_KEYS, _MODULE)), *_found(repo, _NAMES))
    return frozenset(canonical(name) for name in written if name)


@fact
def own_python(repo: Snapshot) -> Text | None:
    """The versions of Python that the package in the root can be installed with, as a specifier; None where it does not say."""
    source, backend = repo.get("pyproject.toml"), own_backend(repo)
    for keys in (("project", "requires-python"), *([_POETRY] if "poetry" in backend else [])):
        if source and (written := _value(repo, *keys)):
            place = getattr(find_value(source, *keys), "place", source.place())
            return Text(without_caret(written), place)
    # setuptools drops what pyproject.toml does not say (setuptools, config/_apply_pyprojecttoml.py)
    if "project" in own_table(repo) or (backend and "setuptools" not in backend):
        return None
    return next(_found(repo, _PYTHONS), None)


def poetry_python(repo: Snapshot) -> str | None:
    """The Python that Poetry wants for the project in the root, as it is written; None where none is. Its own table counts before `requires-python`."""
    return _value(repo, *_POETRY) or _value(repo, "project", "requires-python") or None


def is_for_poetry_1(repo: Snapshot) -> bool:
    """Whether Poetry can read pyproject.toml before its version 2.0, which knows `[project]`."""
    poetry = _within(own_table(repo), "tool", "poetry")
    return isinstance(poetry, dict) and {"name", "version", "description", "authors"} <= poetry.keys()


def own_backend(repo: Snapshot) -> str:
    """What builds the package in the root, as pyproject.toml says; empty where it does not, which is setuptools in its old way."""
    return _value(repo, *_BACKEND)


def own_build_requirements(repo: Snapshot) -> tuple[str, ...]:
    """The canonical names of what pip installs to build the package in the root."""
    system = own_table(repo).get("build-system")
    written = system.get("requires") if isinstance(system, dict) else None
    if not isinstance(written, list):
        return ("setuptools", "wheel")
    return tuple(canonical(re.split(r"[^\w.-]", one.strip())[0]) for one in written if isinstance(one, str))


@fact
def own_requirements(repo: Snapshot) -> tuple[str, ...] | None:
    """The canonical names of what the package in the root depends on, without its extras; None where a program computes them."""
    if "poetry" in own_backend(repo) and not isinstance(own_table(repo).get("project"), dict):
        poetry = _within(own_table(repo), "tool", "poetry", "dependencies")
        return tuple(canonical(name) for name in poetry if name != "python") if isinstance(poetry, dict) else None
    written = own_dependencies(repo)
    return None if written is None else _names(list(written))


@fact
def own_dependencies(repo: Snapshot) -> tuple[Text, ...] | None:
    """What the package in the root depends on, without its extras, as requirements for pip; None where a program computes them, and for poetry's own table."""
    table, backend = own_table(repo), own_backend(repo)
    project = table.get("project")
    if isinstance(project, dict) and "dependencies" not in (project.get("dynamic") or ()):
        return _of_project(repo, project.get("dependencies", []))
    if isinstance(project, dict) or (backend and "setuptools" not in backend):
        dynamic = _within(table, "tool", "setuptools", "dynamic", "dependencies")
        return _of_file(repo, str(dynamic)) if dynamic and isinstance(project, dict) else None
    config, script = repo.get("setup.cfg"), repo.get("setup.py")
    listed = _REQUIRES.search(config.prose) if config else None
    if config and listed:
        if "file:" in listed[1]:
            return _of_file(repo, re.sub(r"[\w./-]+", r"'\g<0>'", listed[1]))
        lines = _LINE.finditer(config.prose, *listed.span(1))
        return tuple(config.slice(*line.span(1)).trimmed() for line in lines if line[1])
    if script is None:
        return ()
    written = _of_setup(script)
    return _of_file(repo, script.prose) if written is None else written


@fact
def own_asked(repo: Snapshot) -> tuple[Requirement, ...]:
    """The packages that pip gets because the package in the root depends on them, where the build stops without them. What conda installs is not among them, nor what is written in a list for pip."""
    if not any(one.stops and "--no-deps" not in one.place.text for one in own_installs(repo)):
        return ()
    asked = [one for text in own_dependencies(repo) or () if isinstance(one := parse_requirement(text), Requirement)]
    of_conda = names_of_conda()
    there = {of_conda.get(spec.key, spec.key) for spec in conda_specs(repo)}
    return tuple(one for one in asked if one.key not in there and in_own_package(one))


@fact
def required_of_pip(repo: Snapshot) -> tuple[Requirement, ...]:
    """Every package that pip needs to find: what the build asks it for, and what the package in the root depends on."""
    return (*pip_requirements(repo), *server_requirements(repo), *own_asked(repo))


def in_own_package(one: Requirement) -> bool:
    """Whether a requirement is one of the package in the root."""
    return one.text.place.source.path in OWN_PACKAGE


_DOCUMENTS = (
    ("README", ("project", "readme")),
    ("licence", ("project", "license")),
    ("README", ("tool", "poetry", "readme")),
)


def own_documents(repo: Snapshot) -> Iterator[tuple[str, str, Place]]:
    """The README and the licence that pyproject.toml names for the package in the root: what it is, the path as written, and where."""
    source = repo.get("pyproject.toml")
    for what, keys in _DOCUMENTS if source else ():
        value = _within(own_table(repo), *keys)
        path = value.get("file") if isinstance(value, dict) else value if keys[-1] == "readme" else None
        written = source and (find_value(source, *keys, "file") or find_value(source, *keys))
        if isinstance(path, str) and path and written and (keys[0] == "project" or "poetry" in own_backend(repo)):
            yield what, path, written.place


def own_extra(repo: Snapshot, package: str) -> str:
    """The first extra of the package in the root that lists a package, by its canonical name, as `[project.optional-dependencies]` or setup.cfg writes it; empty where none does."""
    extras = _within(own_table(repo), "project", "optional-dependencies")
    listed = {str(extra): items for extra, items in extras.items()} if isinstance(extras, dict) else {}
    config = repo.get("setup.cfg")
    section = _EXTRAS.search(config.prose) if config else None
    for found in _EXTRA.finditer(section[1]) if section else ():
        listed.setdefault(found[1], found[2].split("\n"))
    return next((extra for extra, items in listed.items() if package in (_names(items) or ())), "")


def _of_project(repo: Snapshot, listed: object) -> tuple[Text, ...] | None:
    """The dependencies in pyproject.toml; None where they are not a list of texts."""
    source = repo.get("pyproject.toml")
    if source is None or not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        return None
    start = _DEPENDENCIES.search(source.text)
    places: dict[str, Place] = {}
    for found in _QUOTED.finditer(source.text, start.end()) if start else ():
        if found[1]:
            places.setdefault(found[2], source.place(*found.span(2)))
        if len(places) > len(listed):
            break
    return tuple(Text(text, places.get(one, source.place())) for one in listed if (text := " ".join(one.split())))


def _of_setup(source: Source) -> tuple[Text, ...] | None:
    """What the one call of `setup` in a program asks for; None where that is not written down in it."""
    text = source.text.removeprefix("\ufeff")
    tree = parse_python(text)
    body, lists = tree.body if tree else [], dict[str, ast.expr]()
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                lists[name] = value
    calls = [node.value for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    found = [one for one in calls if ast.unparse(one.func) in ("setup", "setuptools.setup", "distutils.core.setup")]
    if len(found) != 1 or any(word.arg is None for word in found[0].keywords):
        return None
    asked = next((word.value for word in found[0].keywords if word.arg == "install_requires"), None)
    if asked is None:
        return ()
    if isinstance(asked, ast.Name):
        changed = re.search(rf"\b{re.escape(asked.id)}\s*(?:\+=|\.(?:append|extend|insert)\b)", text)
        asked = None if changed else lists.get(asked.id)
    if not isinstance(asked, ast.List | ast.Tuple):
        return None
    words = [one for one in asked.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if len(words) != len(asked.elts):
        return None
    return tuple(
        located(source, one) or Text(text, source.place(*source.line(one.lineno)))
        for one in words
        if (text := " ".join(str(one.value).split()))
    )


def _of_file(repo: Snapshot, text: str) -> tuple[Text, ...] | None:
    """The requirements in the one list for pip that a program or a table names in quotes; None where it names none or several, or not all of it can be read."""
    named = set(re.findall(r"""["']([\w./-]*require[\w.-]*\.(?:txt|in))["']""", text))
    source = repo.get(posixpath.normpath(named.pop())) if len(named) == 1 else None
    lines = read_requirements(source) if source else ()
    found = [one for one in lines if isinstance(one, Requirement) and one.name and not one.url]
    return tuple(one.text for one in found) if found and len(found) == len(lines) else None


def _names(written: object) -> tuple[str, ...] | None:
    """The names of requirements; None where one is not a text."""
    if not isinstance(written, list) or not all(isinstance(one, str) for one in written):
        return None
    return tuple(canonical(found[0]) for one in written if (found := re.match(r"[A-Za-z0-9][\w.-]*", one.strip())))


@fact
def own_installs(repo: Snapshot) -> tuple[OwnInstall, ...]:
    """Where pip installs the package in the root, into the environment that notebooks run in: in a list for pip, in postBuild, or because repo2docker does so by itself."""
    return tuple(_own_installs(repo))


def is_own(one: Requirement, folder: str) -> bool:
    """Whether a requirement, which pip reads in a folder, is the package in the root."""
    if not one.url or one.remote:
        return False
    path = re.split(r"[#?\[]", str(one.url).removeprefix("file:"))[0]
    return posixpath.normpath(posixpath.join(folder, path)) == "."


def _own_installs(repo: Snapshot) -> Iterator[OwnInstall]:
    plan = build_plan(repo)
    if not plan.transparent or plan.error:
        return
    for file in pip_files(repo):
        folder = file.source.folder if file.array is not None else ""
        for one in file.requirements:
            if not file.constraint and is_own(one, folder):
                yield OwnInstall(one.text.place, stops=True)
    if plan.buildpack not in (Buildpack.CONDA, Buildpack.PIPFILE) and Checkout(repo).is_python_package:
        wanted = own_python(repo)
        yield OwnInstall(wanted.place if wanted else repo.place, stops=True)
    # with a kernel of its own, `pip` is that of the server (conda/__init__.py, get_path)
    script = None if plan.separate_kernel else post_build_script(repo)
    if script is None:
        return
    for command in script.executed:
        if _installs_itself(command):
            yield OwnInstall(command.place, stops=script.decides(command))


def _installs_itself(command: Command) -> bool:
    return (
        is_pip(command.name)
        and command.values[:1] == ("install",)
        and not command.ignored
        and command.cwd == ""
        and any(_ITSELF.fullmatch(one) for one in command.operands[1:])
        and not command.has("--ignore-requires-python")
        and "run" not in " ".join(command.wrappers)
    )


def _value(repo: Snapshot, *keys: str) -> str:
    """A text in the pyproject.toml of the root, empty where there is none."""
    value = _within(own_table(repo), *keys)
    return value if isinstance(value, str) else ""


def _within(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def own_table(repo: Snapshot) -> dict[str, Any]:
    """The pyproject.toml of the root; empty where there is none that can be read."""
    source = repo.get("pyproject.toml")
    try:
        return parse_pyproject(source) if source else {}
    except (ValueError, RecursionError):  # brackets that are nested too deeply
        return {}


def _found(repo: Snapshot, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> Iterator[Text]:
    """What stands in files that are not TOML."""
    for path, pattern in patterns:
        if (source := repo.get(path)) and (found := pattern.search(source.prose)):
            yield Text(found[1].strip(), source.place(*found.span(1)))
