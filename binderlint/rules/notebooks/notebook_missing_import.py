"""notebook-missing-import: A notebook imports a package that the build does not install."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from binderlint.changes.packages import add_package
from binderlint.data import listed_words, rows
from binderlint.fact import fact
from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.mapping import conda_list
from binderlint.facts.environment.own_package import own_extra, own_installs
from binderlint.facts.environment.provided import listed_elsewhere, provided
from binderlint.facts.imported import local_names, local_to
from binderlint.facts.launch.launched import environment_elsewhere
from binderlint.facts.local_modules import imported_files, loaded_by, modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import imports, installs, magics
from binderlint.read.packages import Package, base_packages, missing_modules, package_of
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.read.requirements import canonical
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text


class NotebookMissingImport(Rule):
    code = "NBK004"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        # beside Python 2.7, whose kernel is `python2`, `python3` is the server's own Python with packages of its own
        other = "python3" if plan.python and plan.python.version == "2.7" else ""
        pages = [one for one in notebooks if one.is_python and not (other and one.kernel == other)]
        if other and _server_is_plain(repo):
            for page in notebooks:
                if page.is_python and page.kernel == other and not _installs(page):
                    yield from self._beside_python_2(repo, page)
        there = provided(repo) if pages else None
        if there is None:
            return
        missing = missing_modules(there)
        only_base = there == base_packages()
        for page in pages:
            told: set[str] = set()
            own = modules_in(repo, page.source.folder)
            elsewhere = _elsewhere(repo, page)
            names = missing | own | elsewhere.keys()
            cells = [
                cell
                for cell in page.code
                if (_may_import(cell.text, names) or (only_base and "import" in cell.text))
                and "raises-exception" not in str(cell.data.get("metadata"))
            ]
            if cells and not _installs(page):
                local = local_to(repo, page)
                for cell in cells:
                    for line, module, by in _imported(repo, page, cell, own):
                        package = package_of(module)
                        if package and package.name not in there | told and module not in local:
                            told.add(package.name)
                            yield self._missing(repo, page.line(cell.number, line), module, by, package)
                        elif (
                            module in elsewhere
                            and not by
                            and _is_not_found(repo, page, module, cell, line)
                            and module not in told
                        ):
                            told.add(module)
                            yield self._elsewhere(page.line(cell.number, line), module, elsewhere[module], page)
                        elif (
                            only_base
                            and not package
                            and module not in told
                            and _is_nowhere(repo, page, module, cell, line)
                        ):
                            told.add(module)
                            yield self._unknown(repo, page.line(cell.number, line), module, by)

    def _beside_python_2(self, repo: Snapshot, page: PlainNotebook) -> Iterator[Diagnostic]:
        """The first import that the server's own Python lacks, which runs the kernel `python3` beside Python 2.7."""
        own, local = modules_in(repo, page.source.folder), local_to(repo, page)
        for cell in page.code:
            for line, module, by in _imported(repo, page, cell, own) if "import" in cell.text else ():
                package = package_of(module)
                if package and not by and package.name not in base_packages() and module not in local:
                    yield self.at(
                        page.line(cell.number, line),
                        f"`{module}` is not installed for the kernel `python3`, which is the server's own Python: the build installs its packages for Python 2.7, so this cell ends with an error",
                        help="Save the notebook with the kernel `python2`, or build with a Python 3",
                        cause="kernel python3 beside Python 2.7",
                    )
                    return

    def _elsewhere(self, where: Text | Place, module: str, path: str, page: PlainNotebook) -> Diagnostic:
        """A module of the repository in a folder where Python does not look."""
        folder = posixpath.relpath(posixpath.dirname(path) or ".", page.source.folder or ".")
        return self.at(
            where,
            f"Python does not find `{module}`: the repository has it at `{path}`, and Python looks beside the notebook and for what is installed. So this cell ends with an error",
            help=f'Add its folder before, with `sys.path.append("{folder}")`, or import it from a package that is there',
            cause=f"{module} is in another folder",
        )

    def _unknown(self, repo: Snapshot, where: Text | Place, module: str, by: str) -> Diagnostic:
        """A module of a package that nobody knows, or of the author's own, in an environment that has nothing but Jupyter."""
        imported = f"{by} imports `{module}`" if by else f"`{module}` is imported here"
        default = build_plan(repo).default
        lists = listed_elsewhere(repo).get(canonical(module), ()) if default else ()
        if lists:
            return self.at(
                where,
                f"{imported}, and no file that Binder reads lists its package, so this cell ends with an error",
                help=f"List the package in a requirements.txt, as in `{lists[0]}`",
                cause=f"{module} is not installed",
                explained_in=lists,
            )
        listing = "no environment file lists its package" if default else "it is not installed"
        return self.at(
            where,
            f"{imported}, and {listing}, so this cell ends with an error. The repository has no such module either",
            help=f"Add the package that has `{module}` to a requirements.txt, or the file `{module}.py` to the repository",
            cause=f"{module} is not installed",
        )

    def _missing(self, repo: Snapshot, where: Text | Place, module: str, by: str, package: Package) -> Diagnostic:
        default = build_plan(repo).default
        extra = own_extra(repo, package.name) if own_installs(repo) else ""
        wanted = package.condas[0] if conda_list(repo) is not None else package.name
        needs_conda = conda_list(repo) is None and _needs_conda(repo, package)
        now = next((row[4] for row in rows("removed_names.tsv") if row[0] == module and row[1] == package.name), "")
        imported = f"{by} imports `{module}`" if by else f"`{module}` is imported here"
        if default:
            listing = listed_elsewhere(repo).get(package.name, ())
            message = f"{imported}, and no {'file that Binder reads' if listing else 'environment file'} lists it, so this cell ends with an error"
        elif by:
            message = f"{imported}, which is not installed in this environment, so this cell ends with an error"
        else:
            message = f"`{module}` is not installed in this environment, so this cell ends with an error"
        return self.at(
            where,
            message,
            help=f"Add `{package.condas[0]}` to an environment.yml: with pip it does not work here"
            if needs_conda and default
            else f"Move the packages to an environment.yml, and add `{package.condas[0]}` there: with pip it does not work here"
            if needs_conda
            else f"Add `{package.name}` to a requirements.txt"
            if default
            else f"Install the package of this repository with its extra `{extra}` (`.[{extra}]`), which lists `{package.name}`"
            if extra
            else f"Add `{wanted}` to the environment"
            + (f", and write `{now}`, since its newer releases have no `{module}`" if now else ""),
            fix=None if needs_conda else add_package(repo, package.name, package.condas[0]),
            cause=f"{package.name} is not installed",
            explained_in=listed_elsewhere(repo).get(package.name, ()) if default else (),
        )


def _needs_conda(repo: Snapshot, package: Package) -> bool:
    """Whether pip has no release of a package that works without a library, and neither apt.txt nor R brings one."""
    if apt_entries(repo) or build_plan(repo).buildpack == Buildpack.R:
        return False
    return any(name == package.name and not wheel for name, wheel, *_ in rows("needs_conda.tsv"))


_IMPORT = regex(r"^[ \t]*(?:import|from|%(?:re)?load_ext)\s([^\n]*)", re.MULTILINE)
_WORD = regex(r"\w+")
# A line that is no comment and may install something.
_MAY_INSTALL = regex(r"^(?![ \t]*#)[^\n]*(?:pip|conda|mamba)", re.MULTILINE)


def _may_import(text: str, names: frozenset[str]) -> bool:
    """Whether a line that imports something, or loads an extension, has one of these names."""
    if "matplotlib" in names and ("%matplotlib" in text or "%pylab" in text):
        return True
    lines = _IMPORT.findall(text) if "import" in text or "load_ext" in text else ()
    return any(not names.isdisjoint(_WORD.findall(line)) for line in lines)


# What may make a module, or the packages of the standard library look like another.
_MAKES_MODULES = (
    "clone",
    "wget",
    "curl",
    "urlretrieve",
    "download",
    "writefile",
    "%%file",
    "exec(",
    "sys.modules",
    "extract",
    "%run",
)


def _elsewhere(repo: Snapshot, page: PlainNotebook) -> Mapping[str, str]:
    """The modules of the repository that a notebook cannot import since they are in other folders, and the path of each."""
    known = _single_files(repo)
    if not known or any(_FINDS.search(one.text) for one in imported_files(repo, page)):
        return {}
    local = local_to(repo, page)
    return (
        {name: path for name, path in known.items() if name not in local} if len(local) < len(local_names(repo)) else {}
    )


_FINDS = regex(r"sys\.path|sys\.modules|site\.addsitedir|import_module|__path__")


@fact
def _single_files(repo: Snapshot) -> Mapping[str, str]:
    """The modules that the repository has once, in a folder, by their names: none that Python or a package has, and none where a setup.py, a configuration of IPython or another program may make them known."""
    if any(
        path.rpartition("/")[2] in ("sitecustomize.py", "usercustomize.py") or "/startup/" in path
        for path in repo.sources
    ):
        return {}
    setups = "".join(one.text for name in OWN_PACKAGE if (one := repo.get(name)))
    found: dict[str, list[str]] = {}
    for path in repo.sources:
        folder, _, name = path.rpartition("/")
        module = name.removesuffix(".py")
        if folder and module != name and module != "__init__" and module.isidentifier():
            found.setdefault(module, []).append(path)
    taken = {part for path in repo.sources for part in path.split("/")[:-1]} | listed_words("base_modules.txt")
    return MappingProxyType(
        {
            name: paths[0]
            for name, paths in found.items()
            if len(paths) == 1
            and name not in taken
            and name not in sys.stdlib_module_names
            and package_of(name) is None
            and name not in setups
            and "package_dir" not in setups
        }
    )


def _is_not_found(repo: Snapshot, page: PlainNotebook, module: str, cell: PlainCell, line: int) -> bool:
    """Whether nothing brings a module that the repository has in another folder: no package of its name, and nothing in the notebook before. Extensions are often for visitors to write."""
    if canonical(module) in asked_names(repo) or "load_ext" in cell.text.split("\n")[line - 1]:
        return False
    return not _may_make(page, module, cell, line)


def _is_nowhere(repo: Snapshot, page: PlainNotebook, module: str, cell: PlainCell, line: int) -> bool:
    """Whether a module of no known package is certainly not there: not in Python, beside Jupyter or in the repository, and nothing in the notebook makes or downloads it before."""
    if module in sys.stdlib_module_names or module in listed_words("base_modules.txt") or module in local_names(repo):
        return False
    if module == "google" or any(
        row[0].partition(".")[0] == module for row in rows("removed_names.tsv")
    ):  # module-only-elsewhere, removed-name
        return False
    return not _may_make(page, module, cell, line)


def _may_make(page: PlainNotebook, module: str, cell: PlainCell, line: int) -> bool:
    """Whether something in a notebook may make or download a module before a line that imports it."""
    lines = cell.text.split("\n")[:line]
    before = page.all_code[: sum(len(one.text) + 1 for one in page.code if one.number < cell.number)]
    return any(word in text for text in (before, "\n".join(lines)) for word in (*_MAKES_MODULES, f"{module}.py"))


def _server_is_plain(repo: Snapshot) -> bool:
    """Whether nothing adds packages to the server's own Python."""
    plan, scripts = build_plan(repo), (post_build_script(repo), start_script(repo))
    if plan.error or not plan.transparent or environment_elsewhere(repo):
        return False
    return not any(file.server for file in pip_files(repo)) and not any(
        one and "install" in one.source.text for one in scripts
    )


def _installs(page: PlainNotebook) -> bool:
    """Whether a notebook installs something itself."""
    return any(
        any(installs(cell.text)) or _MAY_INSTALL.search(cell.text) for cell in page.code if "install" in cell.text
    )


def _imported(
    repo: Snapshot, page: PlainNotebook, cell: PlainCell, own: frozenset[str]
) -> Iterator[tuple[int, str, str]]:
    """The modules that a cell imports: the line of the cell, the top-level name, and the local file that imports it (empty for the cell itself)."""
    for magic in magics(cell.text) if "%matplotlib" in cell.text or "%pylab" in cell.text else ():
        if magic.name in ("matplotlib", "pylab"):
            yield magic.line, "matplotlib", f"`%{magic.name}`"
    for one in imports(cell.text):
        if one.name not in own:
            yield one.line, one.name, ""
            continue
        for loaded in loaded_by(repo, page.source.folder, one.modules):
            yield one.line, loaded.name, f"`{loaded.path}` (line {loaded.line})"
