"""notebook-missing-import: A notebook imports a package that the build does not install."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from binderlint.changes.packages import add_package
from binderlint.data import listed_words, rows
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.mapping import conda_list
from binderlint.facts.environment.own_package import own_extra, own_installs
from binderlint.facts.environment.provided import listed_elsewhere, provided
from binderlint.facts.imported import local_names, local_to
from binderlint.facts.launch.launched import environment_elsewhere
from binderlint.facts.local_modules import loaded_by, modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import imports, installs, magics
from binderlint.read.packages import Package, base_packages, missing_modules, package_of
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.repo2docker.build import build_plan
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
            names = missing | own
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
                        elif only_base and not package and module not in told and _is_nowhere(repo, page, module):
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

    def _unknown(self, repo: Snapshot, where: Text | Place, module: str, by: str) -> Diagnostic:
        """A module of a package that nobody knows, or of the author's own, in an environment that has nothing but Jupyter."""
        imported = f"{by} imports `{module}`" if by else f"`{module}` is imported here"
        listing = "no environment file lists its package" if build_plan(repo).default else "it is not installed"
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
            help=f"Add `{package.name}` to a requirements.txt"
            if default
            else f"Install the package of this repository with its extra `{extra}` (`.[{extra}]`), which lists `{package.name}`"
            if extra
            else f"Add `{wanted}` to the environment"
            + (f", and write `{now}`, since its newer releases have no `{module}`" if now else ""),
            fix=add_package(repo, package.name, package.condas[0]),
            cause=f"{package.name} is not installed",
            explained_in=listed_elsewhere(repo).get(package.name, ()) if default else (),
        )


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
    "exec(",
    "sys.modules",
    "extract",
    "%run",
)


def _is_nowhere(repo: Snapshot, page: PlainNotebook, module: str) -> bool:
    """Whether a module of no known package is certainly not there: not in Python, beside Jupyter or in the repository, and nothing in the notebook makes or downloads it."""
    if module in sys.stdlib_module_names or module in listed_words("base_modules.txt") or module in local_names(repo):
        return False
    if module == "google" or any(
        row[0].partition(".")[0] == module for row in rows("removed_names.tsv")
    ):  # module-only-elsewhere, removed-name
        return False
    return not any(word in page.all_code for word in (*_MAKES_MODULES, f"{module}.py"))


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
