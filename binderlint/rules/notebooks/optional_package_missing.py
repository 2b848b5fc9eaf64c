"""optional-package-missing: A notebook calls a function that needs a package which is not installed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from binderlint.changes.packages import add_package
from binderlint.data import rows
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.jupyter_stack import is_older
from binderlint.facts.environment.provided import provided
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.digits import release
from binderlint.read.packages import packages_by_name
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.requirements import canonical
from binderlint.read.uses import Use, uses
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple


class _Need(NamedTuple):
    package: str
    add: str
    """The package to add, with the versions that will do."""
    files: str
    is_open: bool
    """Whether it is listed, in a way that lets releases through that do not do."""

    @property
    def lacking(self) -> str:
        return canonical(self.add.partition("<")[0])


class OptionalPackageMissing(Rule):
    code = "NBK013"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        pages = [page for page in notebooks if page.is_python]
        there = provided(repo) if pages else None
        if there is None or build_plan(repo).default or any(one.extras for one in pip_requirements(repo)):
            return
        lacking = _lacking(repo, there)
        words = {name.rpartition(".")[2] for name in lacking}
        for page in pages if words else ():
            if "install" in page.all_code or not any(word in page.all_code for word in words):
                continue
            speaking = {cell.number for cell in page.code if any(word in cell.text for word in words)}
            aliases: dict[str, str] = {}
            told: set[str] = set()
            for cell in page.code if speaking else ():
                if cell.number not in speaking and "import" not in cell.text:
                    continue
                for use in uses(cell.text, aliases):
                    need = _need(use, lacking)
                    if need is None or need.lacking in told:
                        continue
                    told.add(need.lacking)
                    package = packages_by_name().get(need.lacking)
                    conda = package.condas[0] if package else need.lacking
                    yield self.at(
                        page.line(cell.number, use.line),
                        f"`{use.written}` needs `{need.add}` with this {need.package}, and `{need.lacking}` is listed without that limit, so this cell ends with an error"
                        if need.is_open
                        else f"`{use.written}` needs the package `{need.add}`, which {need.package} does not bring along and nothing here installs, so this cell ends with an error",
                        help=f"Write `{need.add}`" if need.is_open else f"Add `{need.add}` to the environment",
                        fix=None
                        if need.is_open
                        else add_package(repo, need.add, need.add.replace(need.lacking, conda)),
                        cause=f"{need.lacking} is not installed",
                    )


def _lacking(repo: Snapshot, there: frozenset[str]) -> dict[str, list[_Need]]:
    """The functions whose package is installed and which need one that is not."""
    found: dict[str, list[_Need]] = {}
    for name, package, needs, files, below, since in rows("optional_packages.tsv"):
        any_of = needs.split()
        open_ones = [word for word in any_of if _is_open(repo, word)]
        if package not in there or not there.isdisjoint(
            word.partition("<")[0] for word in any_of if word not in open_ones
        ):
            continue
        if (below and not _is_below(repo, package, below)) or (since and _is_below(repo, package, since)):
            continue
        found.setdefault(name, []).append(_Need(package, any_of[0], files, any_of[0] in open_ones))
    return found


def _is_open(repo: Snapshot, word: str) -> bool:
    """Whether a package of which only older releases will do (`xlrd<2`) is listed without that limit."""
    name, _, end = word.partition("<")
    return bool(end) and name in asked_names(repo) and not is_older(repo, name, release(end))


def _is_below(repo: Snapshot, package: str, version: str) -> bool:
    """Whether a package is installed in a release before a version: pinned so, or since the Python is old."""
    python = build_plan(repo).python
    return is_older(repo, package, release(version)) or bool(python and release(python.version) < (3, 7))


def _need(use: Use, lacking: dict[str, list[_Need]]) -> _Need | None:
    """What a use needs and lacks: an import of a module, or a call that leaves the choice to the package."""
    call = use.call
    if call and any(one.arg in ("engine", "flavor", "parser", None) for one in call.keywords):
        call = None
    for name in use.names:
        for need in lacking.get(name, ()):
            if use.imported and name == "plotly.express":
                return need
            if call and (not need.files or _file(call).lower().endswith(need.files)):
                return need
    return None


def _file(call: ast.Call) -> str:
    """The name of the file that a call reads, where it is written out."""
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
