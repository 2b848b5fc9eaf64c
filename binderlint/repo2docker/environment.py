"""environment.yml as repo2docker reads it: Python and R version, conda's R, whether pip needs the repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from binderlint.pattern import regex
from binderlint.read.yaml import load, read_yaml
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.names import OF_LISTS
from binderlint.repo2docker.reading import RaisedError, attempt, open_source
from binderlint.source import Array, Place, Source, Table, Text
from binderlint.typed import Any

_PYTHON = regex(r"python\s*=+\s*([\d\.]*)")
_R_BASE = regex(r"r-base\s*=+\s*([\d\.]*)")


class Environment:
    """environment.yml, or an empty one where there is none. Every property may raise RaisedError."""

    def __init__(self, checkout: Checkout) -> None:
        self.path = checkout.environment_path
        self._checkout = checkout

    @cached_property
    def source(self) -> Source | None:
        return open_source(self._checkout.repo, self.path) if self.path else None

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The mapping in the file, with the types that ruamel.yaml gives (conda/__init__.py, environment_yaml)."""
        if self.source is None or self.path is None:
            return {}
        document = load(self.source, self.path)
        if document.problem:
            problem = document.problem
            raise RaisedError(problem.kind, problem.message, problem.place)
        value = {} if document.value is None else document.value
        if not isinstance(value, Mapping):
            message = f"{self.path} should contain a dictionary. Got {type(value)!r}"
            raise RaisedError("TypeError", message, self.source.place())
        return value

    @cached_property
    def dependencies(self) -> list[Any]:
        """What iterating over `dependencies` gives."""
        found = self.content.get("dependencies", [])
        return attempt(lambda: list(found), lambda _: self._place("dependencies"))

    def first_match(self, pattern: re.Pattern[str]) -> tuple[str, Place] | None:
        """The version in the first dependency that a pattern matches, and where it stands."""
        for index, item in enumerate(self.dependencies):
            if isinstance(item, str) and (found := pattern.match(item)):
                return found[1], self._dependency_place(index)
        return None

    @property
    def python(self) -> tuple[str, Place] | None:
        """`3.9` and its place for `python=3.9`; the version is empty for `python=`."""
        return self.first_match(_PYTHON)

    @property
    def r_base(self) -> tuple[str, Place] | None:
        return self.first_match(_R_BASE)

    @property
    def uses_r(self) -> bool:
        """Whether a conda package of R is installed, which brings RStudio too."""
        return any(isinstance(item, str) and item.startswith("r-") for item in self.dependencies)

    @property
    def needs_repository(self) -> bool:
        """Whether pip installs something local, so that the environment is made after the repository is copied."""
        pip = None
        for item in self.dependencies:
            if isinstance(item, dict) and item.get("pip"):
                pip = item["pip"]
        if not isinstance(pip, list):
            return False
        return any(attempt(_is_local(line), lambda _: self._place("dependencies")) for line in pip)

    def _place(self, *keys: str) -> Place:
        located: Any = self._located
        for key in keys:
            if not isinstance(located, Table) or key not in located:
                break
            located = located[key]
        place = getattr(located, "place", None)
        if isinstance(place, Place) and (place.text or not isinstance(self._located, Table)):
            return place
        if isinstance(self._located, Table) and keys[0] in self._located:
            return self._located.key(keys[0]).place
        return self.source.place() if self.source else self._checkout.repo.place

    def _dependency_place(self, index: int) -> Place:
        located = self._located
        if (
            isinstance(located, Table)
            and isinstance(items := located.get("dependencies"), Array)
            and index < len(items)
        ):
            place = getattr(items[index], "place", None)
            if isinstance(place, Place):
                return place
        if isinstance(located, Table) and isinstance(items := located.get("dependencies"), Table):
            key = list(items)[index] if index < len(items) else ""
            if isinstance(key, Text):
                return key.place
        return self._place("dependencies")

    @cached_property
    def _located(self) -> Any:

        return read_yaml(self.source).value if self.source else None


def is_local_requirement(line: str) -> bool:
    """Whether a line for pip refers to a file of the repository, as repo2docker guesses (utils.py, is_local_pip_requirement)."""
    line = line.split("#", 1)[0].strip()
    if not line:
        return False
    if line.startswith(OF_LISTS):
        return True
    if line.startswith("--pre"):
        return False
    if line.startswith("--") and "=" in line:
        line = line.partition("=")[2]
    if line.startswith("-"):
        pieces = line.split(None, 1)
        if len(pieces) == 1:
            return False
        line = pieces[1]
    return "file://" in line or line.partition("://")[2 if "://" in line else 0].startswith(".")


def _is_local(line: Any) -> Callable[[], bool]:
    return lambda: is_local_requirement(line)
