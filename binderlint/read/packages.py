"""Packages: what is known of packages: the names of one on PyPI and conda-forge, what it is imported by, and what comes with it."""

from __future__ import annotations

from functools import cache

from binderlint.data import listed_words, rows
from binderlint.read.digits import release
from binderlint.read.requirements import canonical
from binderlint.values import NamedTuple


class Package(NamedTuple):
    """A package: its name on PyPI, those on conda-forge (the one to write first), what comes with it, and what of that only conda brings."""

    name: str
    condas: tuple[str, ...]
    brings: tuple[str, ...]
    only_conda: frozenset[str] = frozenset()


def package_of(module: str) -> Package | None:
    """The package that a top-level name is imported from; None for a name that is not in the table."""
    return _modules().get(module)


def modules_of(name: str) -> tuple[str, ...]:
    """The top-level names that a package on PyPI is imported by; none for one that is not in the table."""
    return tuple(module for module, package in _modules().items() if package.name == name)


def missing_modules(there: frozenset[str]) -> frozenset[str]:
    """The modules of the table that are not installed."""
    return frozenset(module for module, package in _modules().items() if package.name not in there)


@cache
def packages_by_name() -> dict[str, Package]:
    """The packages of the table by their names on PyPI."""
    return {package.name: package for _, package in _rows()}


@cache
def companions() -> frozenset[str]:
    """What the packages that are imported most bring along, which an unknown one may bring too."""
    return frozenset(name.removeprefix(_BY_CONDA) for *_, brings in rows("imports.tsv") for name in brings.split())


@cache
def _modules() -> dict[str, Package]:
    return {module: package for modules, package in _rows() for module in modules}


@cache
def names_of_conda() -> dict[str, str]:
    """The names on PyPI by those on conda-forge."""
    return {canonical(conda): package.name for _, package in reversed(_rows()) for conda in package.condas}


# Names that mean a program in conda and a Python package that uses it, or something else, on PyPI.
_DIFFERENT = frozenset({"curl", "ffmpeg", "git", "graphviz", "jq", "pandoc", "redis", "tesseract", "wget"})


def pip_name(conda: str) -> str:
    """The name that a conda package has for pip, as indexes compare it; `""` where it is another thing there."""
    name = canonical(conda)
    return "" if name in _DIFFERENT else name


def conda_names_of(name: str) -> tuple[str, ...]:
    """The names on conda-forge of a package on PyPI, the one to write first; none where the table does not know it."""
    package = packages_by_name().get(name)
    return package.condas if package else ()


_BY_CONDA = "conda:"


@cache
def _rows() -> tuple[tuple[tuple[str, ...], Package], ...]:
    written = (
        (
            tuple(modules.split()),
            Package(
                name,
                tuple(conda.split()),
                tuple(one.removeprefix(_BY_CONDA) for one in brings.split()),
                frozenset(one.removeprefix(_BY_CONDA) for one in brings.split() if one.startswith(_BY_CONDA)),
            ),
        )
        for name, modules, conda, brings in rows("imports.tsv")
    )
    asked = (((), Package(name, (name,), tuple(brings.split()))) for name, brings in rows("brings.tsv"))
    return (*written, *asked)


@cache
def server_lowest() -> dict[str, tuple[int, ...]]:
    """The lowest releases of the packages of the Jupyter server with which that of Binder's images works."""
    return {package: release(lowest) for package, lowest, _ in rows("server_lowest.tsv")}


@cache
def server_starts() -> dict[str, tuple[int, ...]]:
    """The releases before which the server of Binder's images ends at once."""
    return {package: release(starts) for package, _, starts in rows("server_lowest.tsv") if starts}


@cache
def base_packages() -> frozenset[str]:
    """What every environment of repo2docker has."""
    return frozenset(map(canonical, listed_words("base_packages.txt")))
