"""Imported: the packages that the Python notebooks of the repository need."""

from __future__ import annotations

import sys

from binderlint.fact import fact
from binderlint.facts.local_modules import finds_modules, loaded_by, modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.cells import imports
from binderlint.read.packages import package_of
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple

_MAKES_KNOWN = regex(r"PYTHONPATH|\.pth\b")


@fact
def local_names(repo: Snapshot) -> frozenset[str]:
    """Names that may be imported from files of the repository, wherever they are. Folders without such files hold data."""
    names = set[str]()
    for path in repo.sources:
        parts = path.split("/")
        if parts[-1].endswith((".py", ".so", ".pyx")):
            names |= set(parts[:-1])
            names.add(parts[-1].partition(".")[0])
    return frozenset(names)


def local_to(repo: Snapshot, page: PlainNotebook) -> frozenset[str]:
    """Those of the names that a notebook may import: of files in the root and in `src`, or of all where something may make others known."""
    scripts = (start_script(repo), post_build_script(repo))
    if finds_modules(page) or any(script and _MAKES_KNOWN.search(script.source.text) for script in scripts):
        return local_names(repo)
    return _names_in_root(repo)


@fact
def _names_in_root(repo: Snapshot) -> frozenset[str]:
    """The names of modules and packages in the root and in `src`."""
    modules = (path.removeprefix("src/") for path in repo.sources if path.endswith((".py", ".so", ".pyx")))
    return frozenset(path.partition("/")[0].partition(".")[0] for path in modules)


class Imported(NamedTuple):
    """What Python notebooks import, by themselves or through files of the repository, outside of code that may be passed over."""

    packages: frozenset[str]
    """Names on PyPI."""
    unknown: frozenset[str]
    """Modules of which nobody knows the package."""


def imported_packages(repo: Snapshot) -> frozenset[str] | None:
    """The names on PyPI of what the notebooks import; None where not all of it is known."""
    imported = imported_modules(repo)
    return None if imported is None or imported.unknown else imported.packages


@fact
def imported_modules(repo: Snapshot) -> Imported | None:
    """What the notebooks import; None where there is no notebook, or one in another language."""
    pages = shown_notebooks(repo)
    if not pages or not all(page.is_python for page in pages):
        return None
    names = set[str]()
    for page in pages:
        own, local = modules_in(repo, page.source.folder), local_to(repo, page)
        for one in (one for cell in page.code for one in imports(cell.text)):
            if one.name in own:
                names |= {loaded.name for loaded in loaded_by(repo, page.source.folder, one.modules)}
            elif one.name not in local:
                names.add(one.name)
    found = {name: package_of(name) for name in names - sys.stdlib_module_names}
    return Imported(
        frozenset(package.name for package in found.values() if package),
        frozenset(name for name, package in found.items() if not package),
    )
