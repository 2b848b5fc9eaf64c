"""CND: the Python version that repo2docker reads in environment.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.digits import number
from binderlint.edits import between, replace
from binderlint.plan import DEFAULT_PYTHON
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Place, Scalar, Table, Text

if TYPE_CHECKING:
    from binderlint.files.matchspec import MatchSpec
    from binderlint.repository import Repository


class Ask(NamedTuple):
    """One wish for a Python version in environment.yml, as the author wrote it."""

    place: Place
    written: str
    version: str
    """The version constraint, `""` for any."""
    spec: MatchSpec | None


class PythonPinNotExact(Rule):
    """The Python version in environment.yml is not written as Binder reads it.

    repo2docker chooses the environment that it starts from, which includes Jupyter, by the first item that begins with `python=` and a version. It does not understand ranges:
    `python>=3.11`, `python 3.12`, `conda-forge::python=3.12`, `Python=3.12` and `- python: 3.12` all give its default, Python 3.10 today. conda must then replace Python
    underneath a complete Jupyter installation, which is slow and often fails. If the range includes 3.10, the environment works until repo2docker changes its
    default. `python=3` has no minor version and gives the default too.

    ## Fix safety

    The fix is safe if the constraint allows a single minor version. For a range it does what repo2docker itself does with `requires-python`: the default if the range
    allows it, which is what Binder gives today, otherwise the highest version that repo2docker supports and the range allows. This is unsafe: the other packages may not exist
    for that Python.
    """

    code = "CND003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = (
        "repo2docker/buildpacks/conda/__init__.py",
        "jupyterhub/repo2docker#1301",
        "hainegroup/oceanspy#389",
        "pyiron/pyiron_workflow#927",
        "robots-from-jupyter/robotkernel#145",
    )
    examples = (
        Bad(
            {"environment.yml": "dependencies:\n  - python>=3.11 # new enough\n  - numpy\n"},
            at="environment.yml:2:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.14 # new enough\n  - numpy\n"},
            why="A lower bound that excludes the default",
        ),
        Bad(
            {"binder/environment.yml": "dependencies:\r\n  - 'python >=3.9,<3.13'\r\n  - numpy"},
            at="binder/environment.yml:2:6",
            severity=Severity.WARNING,
            fixed={"binder/environment.yml": "dependencies:\r\n  - 'python=3.10'\r\n  - numpy"},
            why="A range that includes the default",
        ),
        Bad(
            {"binder/environment.yml": "dependencies:\n  - python >=3.8,<3.9.0a0\n  - jupyterlab >=3,<4.0.0a0\n"},
            at="binder/environment.yml:2:5",
            fixed={"binder/environment.yml": "dependencies:\n  - python=3.8\n  - jupyterlab >=3,<4.0.0a0\n"},
            why="A range of one minor version",
        ),
        Bad(
            {"environment.yml": "dependencies: [numpy, python 3.12]\n"},
            at="environment.yml:1:23",
            fixed={"environment.yml": "dependencies: [numpy, python=3.12]\n"},
            why="A space instead of a sign",
        ),
        Bad(
            {"environment.yml": "\ufeffdependencies:\n- python~=3.11\n"},
            at="environment.yml:2:3",
            fixed={"environment.yml": "\ufeffdependencies:\n- python=3.14\n"},
            why="A compatible release, in a file with a byte order mark",
        ),
        Bad(
            {".binder/environment.yml": "dependencies:\n  - conda-forge::python=3.12\n"},
            at=".binder/environment.yml:2:5",
            fixed={".binder/environment.yml": "dependencies:\n  - python=3.12\n"},
            why="A channel in front",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - Python=3.12.4=*_cpython\n"},
            at="environment.yml:2:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.12.4=*_cpython\n"},
            why="A capital letter and a build",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python[version='>=3.10,<3.11']\n"},
            at="environment.yml:2:5",
            severity=Severity.WARNING,
            fixed={"environment.yml": "dependencies:\n  - python=3.10\n"},
            why="A version in brackets",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python: 3.12 # ours\n  - numpy\n"},
            at="environment.yml:2:5",
            fixed={"environment.yml": "dependencies:\n  - python=3.12 # ours\n  - numpy\n"},
            why="A colon between name and version",
        ),
        Bad(
            {"environment.yml": "dependencies: [{python: 3.10}, numpy]\n"},
            at="environment.yml:1:16",
            severity=Severity.WARNING,
            fixed={"environment.yml": "dependencies: [python=3.10, numpy]\n"},
            why="A colon, in braces",
        ),
        Bad(
            {"environment.yaml": "dependencies:\n  - python<3.9\n"},
            at="environment.yaml:2:5",
            fixed={"environment.yaml": "dependencies:\n  - python=3.8\n"},
            why="An upper bound, in environment.yaml",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3\n"},
            at="environment.yml:2:5",
            severity=Severity.WARNING,
            fixed={"environment.yml": "dependencies:\n  - python=3.10\n"},
            why="No minor version",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - >-\n    python\n    >=3.11\n"},
            at="environment.yml:2:5",
            why="A folded YAML string",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python>=3.15\n"},
            at="environment.yml:2:5",
            why="A version that does not exist yet",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python>=3.8\n  - python<3.12\n"},
            at="environment.yml:2:5",
            severity=Severity.WARNING,
            why="Two items, one for each end of the range",
        ),
        Bad(
            {"environment.yml": "dependencies:\n  - python>=3.8=*_cpython\n"},
            at="environment.yml:2:5",
            severity=Severity.WARNING,
            why="A range with a build",
        ),
        Good({"environment.yml": "dependencies:\n  - python=3.12\n"}, why="A version as Binder reads it"),
        Good({"environment.yml": "dependencies:\n  - python==3.12.*\n"}, why="Two equals signs and a star"),
        Good({"environment.yml": "dependencies:\n  - python = 3.9\n"}, why="Spaces around the sign"),
        Good({"environment.yml": "dependencies:\n  - python=3.12.4\n"}, why="A patch version, which Binder drops"),
        Good({"environment.yml": "dependencies:\n  - python=3.9.7=h12debd9_1\n"}, why="An export with its build"),
        Good(
            {"environment.yml": "dependencies:\n  - python=3.8|3.9\n"},
            why="Two versions, of which Binder reads the first",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - python\n"}, why="No version at all, which python-unpinned reports"
        ),
        Good({"environment.yml": "dependencies:\n  - python=*\n"}, why="A star, which is no version either"),
        Good({"environment.yml": "dependencies:\n  - python=2\n"}, why="Python 2, which can only be 2.7"),
        Good(
            {"environment.yml": "dependencies:\n  - python-dateutil>=2.8\n  - pythonnet 3.0\n  - python=3.12\n"},
            why="Other packages whose names begin with python",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - python>=3.9\n  - python=3.12\n"},
            why="A range before the version that Binder reads",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - python>=3.9\n", "binder/environment.yml": "dependencies: []\n"},
            why="Binder does not read this file",
        ),
        Good(
            {"environment-dev.yml": "dependencies:\n  - python>=3.9\n", "requirements.txt": "numpy\n"},
            why="A file with another name",
        ),
        Good(
            {"environment.yml": "dependencies:\n  - python>=3.9\n", "Project.toml": "[deps]\n"},
            why="In a Julia repository, environment.yml does not choose Python",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.plan.buildpack != "CondaBuildPack":
            return
        if repo.plan.python is None:
            return
        if place := repo.plan.python.place:
            if re.fullmatch(r"python\s*=+\s*3", item := place.text.strip("'\"")):
                yield self._no_minor(place, item)
            return
        asks = [ask for ask in _asks(repo) if ask.version and ask.version.strip("= ") != "*"]
        if asks:
            yield self._unread(asks)

    def _no_minor(self, place: Place, item: str) -> Diagnostic:
        return self.at(
            place,
            f"`{item}` names no minor version, so Binder takes its default, Python {DEFAULT_PYTHON} today, and another one when that default changes",
            help=f"Write the version you work with, such as `python={DEFAULT_PYTHON}`",
            fix=Fix(
                f"Pin Python {DEFAULT_PYTHON}", (replace(place, f"python={DEFAULT_PYTHON}"),), Applicability.UNSAFE
            ),
            severity=Severity.WARNING,
            level=Level.REPRODUCE,
        )

    def _unread(self, asks: list[Ask]) -> Diagnostic:
        ask = asks[0]
        allowed = [minor for minor in _MINORS if all(_allows(one.version, minor) for one in asks)]
        known = [minor for minor in _known() if minor in allowed]
        excluded = any(_allows(one.version, DEFAULT_PYTHON) is False for one in asks)
        consequence = (
            f"starts from Python {DEFAULT_PYTHON}, which it excludes, and has to exchange Python below a complete Jupyter installation, which takes long and often fails"
            if excluded and ask.spec
            else f"ignores it and gives you Python {DEFAULT_PYTHON}"
            if excluded
            else f"takes its default, Python {DEFAULT_PYTHON} today, and another one when that default changes"
        )
        return self.at(
            ask.place,
            f"Binder reads no Python version in `{ask.written}`: it {consequence}",
            help=f"Write the version you work with, directly after `python=`: `python={DEFAULT_PYTHON if DEFAULT_PYTHON in known or not known else known[-1]}`",
            fix=_fix(ask, allowed, known) if len(asks) == 1 else None,
            severity=Severity.ERROR if excluded else Severity.WARNING,
            level=Level.LAUNCH if excluded else Level.REPRODUCE,
        )


_MINORS = ("2.6", "2.7", *(f"3.{minor}" for minor in range(40)))


def _known() -> list[str]:
    """The Python versions that repo2docker has an environment for, the newest last."""
    from binderlint.buildpacks.tables import PLATFORM, repo2docker

    versions: list[str] = repo2docker()["python"]["lock_files"][PLATFORM]
    return versions


def _asks(repo: Repository) -> Iterator[Ask]:
    """Every wish for a Python version, in the forms repo2docker cannot read."""
    for spec in repo.conda_specs:
        if spec.key == "python":
            yield Ask(spec.place, spec.text, str(spec.version or ""), spec)
    for item in repo.conda_dependencies or ():
        match item:
            case Table() if len(item) == 1 and (name := next(iter(item))).lower() == "python":
                value = item[name]
                if isinstance(value, (Text, Scalar)):
                    written = value.place.text.strip("'\" ")
                    place = item.place if item.flow else between(item.key(name), value)
                    yield Ask(place, place.text, f"={written}" if written[:1].isdigit() else written, None)


def _allows(version: str, minor: str) -> bool | None:
    """Whether a constraint lets any release of a minor version through; None where that cannot be told."""
    from binderlint.files.matchspec import admits

    major, _, rest = minor.partition(".")
    answers = {admits(version, (number(major), number(rest), patch)) for patch in range(30)}
    return True if True in answers else None if None in answers else False


def _fix(ask: Ask, allowed: list[str], known: list[str]) -> Fix | None:
    if not known or (ask.spec and ask.spec.whole):
        return None
    text, spec = f"python={DEFAULT_PYTHON if DEFAULT_PYTHON in known else known[-1]}", ask.spec
    if spec:
        bare = f"python{spec.text[spec.text.lower().index('python') + 6 :]}"
        if re.match(r"python\s*=+\s*\d+\.\d", bare):
            text = bare
        elif spec.build:
            return None
    safe = len(allowed) == 1
    return Fix(
        f"Write `{text}`",
        (replace(ask.place, text),),
        Applicability.SAFE if safe else Applicability.UNSAFE,
    )
