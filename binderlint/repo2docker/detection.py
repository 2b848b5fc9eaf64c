"""Which buildpack repo2docker chooses: the detect() of each, in its order (app.py)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from binderlint.read.digits import DAY
from binderlint.read.toml import decode_error_place, parse_pyproject
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.names import CONDA
from binderlint.repo2docker.plan import Match, PlanError
from binderlint.repo2docker.reading import RaisedError, attempt, config_folder, open_source, read_lines, read_text
from binderlint.snapshot import Snapshot
from binderlint.source import Place
from binderlint.typed import TYPE_CHECKING, Any
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    import datetime


class Runtime(NamedTuple):
    """runtime.txt: its three parts as repo2docker splits them, and where it stands."""

    name: str | None
    version: str | None
    date: datetime.date | None
    place: Place | None = None


class Detection(NamedTuple):
    """The chosen buildpack (None where detection raises before one is found, or none matches), and every one that matches or raises."""

    chosen: Buildpack | None
    matching: tuple[Match, ...]
    error: PlanError | None


class Checkout:
    """A repository as repo2docker's buildpacks look at it, each file read once."""

    def __init__(self, repo: Snapshot) -> None:
        self.repo = repo

    @cached_property
    def folder(self) -> str:
        """The binder directory. Raises RaisedError where there are two."""
        return config_folder(self.repo)

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name

    def has(self, name: str) -> bool:
        """Whether a file or folder of this name is in the binder directory."""
        return self.repo.exists(self.path(name))

    def has_in_root(self, name: str) -> bool:
        """Whether a file that counts in the root only (setup.py, pyproject.toml, DESCRIPTION) is there and counts."""
        return not self.folder and self.repo.exists(name)

    @cached_property
    def environment_path(self) -> str | None:
        """environment.yml, else environment.yaml."""
        return next((self.path(name) for name in CONDA if self.has(name)), None)

    @cached_property
    def runtime(self) -> Runtime:
        """runtime.txt in its parts (base.py, runtime). Raises RaisedError where it is malformed."""
        path = self.path("runtime.txt")
        source = open_source(self.repo, path)
        if source is None:
            return Runtime(None, None, None)
        written = read_text(source, path).strip()
        place = _trimmed(source.place(0, len(source.text)))
        parts = written.split("-")
        if len(parts) not in (2, 4, 5) or not all(parts):
            raise RaisedError("ValueError", f"Invalid runtime.txt: {written}", place)
        version = parts[1] if len(parts) in (2, 5) else None
        if len(parts) == 2:
            return Runtime(parts[0], version, None, place)
        date = "-".join(parts[-3:])
        return Runtime(parts[0], version, _date(date, place), place)

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        """pyproject.toml in the root. Raises RaisedError where it is no TOML."""
        source = open_source(self.repo, "pyproject.toml")
        if source is None:
            return {}
        return attempt(lambda: parse_pyproject(source), lambda error: decode_error_place(source, error))

    @cached_property
    def is_python_package(self) -> bool:
        """Whether `pip install .` is run (python/__init__.py, _is_python_package). Raises RaisedError for a broken pyproject.toml."""
        if self.has_in_root("setup.py"):
            return True
        return self.has_in_root("pyproject.toml") and "project" in self.pyproject and "build-system" in self.pyproject


def detect(checkout: Checkout) -> Detection:
    """Ask each buildpack. repo2docker stops at the first that says yes or raises; the others are asked for `matching` only."""
    chosen: Buildpack | None = None
    error: PlanError | None = None
    matching: list[Match] = []
    for name, says_yes in _DETECTORS:
        try:
            if not says_yes(checkout):
                continue
            matching.append(Match(name))
            chosen = chosen or (None if error else name)
        except RaisedError as raised:
            matching.append(Match(name, raised.kind))
            if chosen is None and error is None:
                error = PlanError(f"detect:{name}", raised.kind, raised.message, raised.place)
    return Detection(chosen, tuple(matching), error)


def _legacy(checkout: Checkout) -> bool:
    source = open_source(checkout.repo, "Dockerfile")  # the root's, even if there is a binder directory
    if source is None:
        return False
    for number, line in enumerate(read_lines(source, "Dockerfile"), 1):
        if line.startswith("FROM"):
            if "andrewosh/binder-base" in line.split("#")[0].lower():
                place = source.place(source.line(number).start)
                raise RaisedError("RuntimeError", "The legacy buildpack has been removed.", place)
            return False
    return False


def _julia(checkout: Checkout) -> bool:
    return checkout.has("Project.toml") or checkout.has("JuliaProject.toml")


def _julia_require(checkout: Checkout) -> bool:
    return checkout.has("REQUIRE") and not _julia(checkout)


def _r(checkout: Checkout) -> bool:
    runtime = checkout.runtime
    return (runtime.name == "r" and runtime.date is not None) or checkout.has_in_root("DESCRIPTION")


def _pipfile(checkout: Checkout) -> bool:
    return checkout.runtime.name in (None, "python") and (checkout.has("Pipfile") or checkout.has("Pipfile.lock"))


def _python(checkout: Checkout) -> bool:
    if checkout.runtime.name:
        return checkout.runtime.name == "python"
    return checkout.is_python_package or checkout.has("requirements.txt")


_DETECTORS: tuple[tuple[Buildpack, Callable[[Checkout], bool]], ...] = (
    (Buildpack.LEGACY, _legacy),
    (Buildpack.DOCKER, lambda checkout: checkout.has("Dockerfile")),
    (Buildpack.JULIA, _julia),
    (Buildpack.JULIA_REQUIRE, _julia_require),
    (Buildpack.NIX, lambda checkout: checkout.has("default.nix")),
    (Buildpack.R, _r),
    (Buildpack.CONDA, lambda checkout: checkout.environment_path is not None),
    (Buildpack.PIPFILE, _pipfile),
    (Buildpack.PYTHON, _python),
)


def _date(written: str, place: Place) -> datetime.date:
    import datetime

    if not DAY.match(written):
        raise RaisedError("ValueError", f"Invalid runtime.txt date: {written}", place)
    return attempt(lambda: datetime.datetime.fromisoformat(written).date(), place)


def _trimmed(place: Place) -> Place:
    """The place without the white space around it; the file's first line where nothing is left."""
    text = place.text
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    return place.source.place(start, end) if start < end else place.source.place()
