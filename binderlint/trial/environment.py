"""Environment: what Binder would install, installed for real in a folder of ours: by uv into a virtual environment, or conda's packages by py-rattler."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from binderlint.lint.wording import counted, listed
from binderlint.lock import conda, pip
from binderlint.lock.metadata import configuration
from binderlint.lock.pins import Conflict, Pin, Pins
from binderlint.lock.reasons import pip_reason
from binderlint.lock.wanted import Wanted, find_wanted
from binderlint.lock.written import kernel_files
from binderlint.outside import uv
from binderlint.outside.child import clean_environment, last_line, run_child
from binderlint.outside.programs import find_python
from binderlint.outside.scratch import Scratch
from binderlint.outside.solver import make_environment
from binderlint.outside.uv import Answer, UvError
from binderlint.read.digits import release
from binderlint.read.requirements import Requirement, canonical
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.plan import DEFAULT_PYTHON, Plan
from binderlint.repo2docker.reading import RaisedError
from binderlint.snapshot import Snapshot
from binderlint.source import RepositoryError
from binderlint.trial.outcome import Attempt, Result, Stage
from binderlint.values import NamedTuple

_TOOLS = ("pip", "setuptools<81", "wheel")
# What repo2docker puts into every environment (buildpacks/conda/environment.yml and environment.py-3.7.yml).
_SERVER = ("ipykernel", "ipywidgets>=8,<9", "jupyterlab>=4,<5", "notebook>=7,<8")
_SERVER_37 = ("ipykernel", "ipywidgets>=8,<9", "jupyterlab>=3.6,<4", "notebook>=6.5,<7")
_PROGRAMS = "Scripts" if os.name == "nt" else "bin"
_INSTALL = ("--index-strategy", "unsafe-best-match", "--color", "never", "--no-progress")
# Channels whose packages count as everybody's; another one is the choice of the repository.
_CHANNELS = (conda.CONDA_FORGE, "defaults", "nodefaults")


class Environment(NamedTuple):
    """An environment: its folder, its Python, and whether something was left out of it that Binder would install."""

    folder: Path
    version: str
    kind: str
    incomplete: bool
    usable: bool
    """Whether all is in it that may be."""
    attempts: tuple[Attempt, ...]

    @property
    def python(self) -> Path:
        """The program."""
        return python_in(self.folder)


class UnavailableError(RepositoryError):
    """The environment cannot be made on this computer, which says nothing about the repository; the message is for the user."""


def python_in(folder: Path) -> Path:
    """The Python of an environment."""
    inside = folder / _PROGRAMS / ("python.exe" if os.name == "nt" else "python")
    return inside if os.name != "nt" or inside.exists() else folder / "python.exe"


def make(repo: Snapshot, plan: Plan, scratch: Scratch, run: bool) -> Environment:
    """The environment of the notebooks. `run` allows what runs code of the repository and of packages without wheels.

    Raises UnavailableError where it cannot be made here, UvError and SolverError where an index or a channel does not answer.
    """
    assert plan.python
    maker = _Maker(repo, plan, plan.python.version, scratch, run)
    return maker.make()


def make_server(plan: Plan, scratch: Scratch) -> Environment:
    """The environment of the server, where the notebooks have one of their own. Raises as `make`."""
    folder = scratch.root / "server"
    _create(folder, DEFAULT_PYTHON)
    _installed(_install(folder, [*_TOOLS, *_server(DEFAULT_PYTHON)]), "Binder's Jupyter server")
    return Environment(folder, _version(folder, scratch), "virtual environment", False, True, ())


def _server(python: str) -> tuple[str, ...]:
    return _SERVER_37 if python == "3.7" else _SERVER


class _Maker:
    def __init__(self, repo: Snapshot, plan: Plan, python: str, scratch: Scratch, run: bool) -> None:
        self._repo, self._plan, self._python, self._scratch, self._run = repo, plan, python, scratch, run
        self._folder = scratch.root / "environment"
        self._wanted = find_wanted(repo, python, False, run)
        self._attempts: list[Attempt] = []
        self._learnt = pip.Learnt()
        self._stopped = False

    def make(self) -> Environment:
        base = [*_TOOLS, *(("ipykernel",) if self._plan.separate_kernel else _server(self._python))]
        specs = self._wanted.specs or Checkout(self._repo).environment_path
        if specs:
            self._make_conda(base)
        else:
            _create(self._folder, self._python)
            _installed(_install(self._folder, base), "Binder's own packages")
        if not self._stopped:
            self._install_listed()
        if not self._stopped:
            self._install_paths()
        kind = "conda environment" if specs else "virtual environment"
        incomplete = any(one.result is Result.LEFT for one in self._attempts)
        version = _version(self._folder, self._scratch)
        return Environment(self._folder, version, kind, incomplete, not self._stopped, tuple(self._attempts))

    def _say(self, result: Result, what: str, said: str, places: Sequence[str] = ()) -> None:
        said = said.replace("--allow-builds", "--run")  # what `lock` calls it
        self._stopped |= result is Result.FAILS
        self._attempts.append(Attempt(Stage.ENVIRONMENT, result, what, said, tuple(places)))

    # -- conda

    def _make_conda(self, base: Sequence[str]) -> None:
        """Conda's packages, with Binder's own in the same step."""
        if sys.platform != "linux" or os.uname().machine != "x86_64":
            raise UnavailableError(
                "Binder installs packages of conda for Linux on x86-64 here, and this computer is another system, so nothing was tried"
            )
        channels = self._wanted.channels
        if foreign := [one for one in channels if not _is_known(one)]:
            if not self._run:
                raise UnavailableError(
                    f"environment.yml takes packages from {listed(foreign)}, which the repository has chosen. They are installed only with --run"
                )
        listed_ones = [str(one.text) for one in self._wanted.specs]
        answer = conda.resolve([*listed_ones, *base], self._python, None, channels)
        if isinstance(answer, Conflict):
            alone = conda.resolve(listed_ones, self._python, None, channels)
            why = alone if isinstance(alone, Conflict) else answer
            places = [str(place) for place in self._wanted.at(why.packages)]
            self._say(Result.FAILS, "packages of conda", why.text, places)
            _create(self._folder, self._python)
            return
        pins = [f"{one.name} =={one.version}" for one in answer.found.pins]
        make_environment(self._folder, pins, channels)
        self._say(Result.WORKS, counted(len(pins), "package of conda", "packages of conda"), "installed")

    # -- pip

    def _install_listed(self) -> None:
        """What requirements.txt or the list for pip in environment.yml asks for, beside what is there."""
        wanted = self._wanted if self._run else self._without_choices()
        there_too = {str(one.text) for one in self._unnamed()}
        for left in wanted.left:
            if self._run and left.place.source.path in ("pyproject.toml", "setup.py"):
                continue  # its build tells
            if not self._run or left.place.text not in there_too:
                self._say(Result.LEFT, left.place.text, left.why, [str(left.place)])
        if not wanted.requirements:
            return
        there = _frozen(self._folder)
        names = {one.split("==")[0] for one in there}
        answer = self._resolve(wanted, there)
        replaced: list[str] = []
        if isinstance(answer, Conflict):
            answer = self._resolve(wanted, [])
            if isinstance(answer, Pins):
                replaced = [
                    one.name for one in answer.pins if one.name in names and f"{one.name}=={one.version}" not in there
                ]
        if isinstance(answer, Conflict):
            places = [str(place) for place in wanted.at(answer.packages)]
            sources = "--allow-builds" in answer.hint and not self._run  # whether Binder builds them is not known
            said = f"{answer.text} {answer.hint}".strip()
            self._say(Result.LEFT if sources else Result.FAILS, "the packages of pip", said, places)
            self._stopped = True
            return
        self._install_pins(wanted, answer, there)
        if replaced and not self._stopped:
            self._say(
                Result.WORKS,
                "Binder's own packages",
                f"pip replaces {listed(replaced)}, because the packages of the repository need other versions. Jupyter may not start with them",
            )

    def _resolve(self, wanted: Wanted, there: Sequence[str]) -> Pins | Conflict:
        limits = [*wanted.constraints, *there]
        return pip.resolve(wanted.requirements, self._python, None, self._run, limits, wanted.places, self._learnt)

    def _install_pins(self, wanted: Wanted, answer: Pins, there: Sequence[str]) -> None:
        addresses = {one.key: " ".join(str(one.text).split()) for one in wanted.pip if one.url}
        new = [one for one in answer.pins if f"{one.name}=={one.version}" not in there]
        wheels = [_line(one, addresses) for one in new if not one.source]
        sources = [one for one in new if one.source]
        if wheels:
            said = _install(self._folder, wheels, "--no-deps", *wanted.places.options, files=self._metadata())
            if not said.found:
                self._refuse("the packages of pip", said)
                return
        self._say(Result.WORKS, counted(len(wheels), "package of pip", "packages of pip"), _sized(new))
        for one in sources:
            if not self._run:
                why = "there is only its source, whose setup.py runs only with --run"
                self._say(Result.LEFT, f"{one.name}=={one.version}", why, self._at(wanted, one))
                continue
            self._build([_line(one, addresses), "--no-deps", *wanted.places.options], f"{one.name}=={one.version}")

    def _metadata(self) -> str:
        return configuration(self._learnt.needs)

    def _at(self, wanted: Wanted, pin: Pin) -> list[str]:
        return [str(one.text.place) for one in wanted.pip if one.key == pin.name]

    def _without_choices(self) -> Wanted:
        """What is wanted without what the repository itself brings: wheels at addresses, and indexes that it names."""
        wanted = self._wanted
        addresses = [one for one in wanted.pip if one.url]
        for one in addresses:
            why = "the repository has chosen this address, so it is installed only with --run"
            self._say(Result.LEFT, str(one.text), why, [str(one.text.place)])
        options = wanted.places.options
        if any("index" in one or one == "--find-links" for one in options):
            self._say(
                Result.LEFT,
                "other indexes of packages",
                "the repository has chosen them, so they are asked only with --run: versions may differ",
            )
        kept = ("--prerelease", "allow") if "--prerelease" in options else ()
        others = tuple(one for one in wanted.pip if not one.url)
        return wanted._replace(pip=others, places=pip.Places(kept))

    # -- what the repository itself brings

    def _unnamed(self) -> Iterator[Requirement]:
        """The requirements that the resolver is not given: paths, and addresses of which it does not know the package."""
        for file in kernel_files(self._repo):
            for one in file.requirements if not file.constraint else ():
                if one.url and one not in self._wanted.pip and one.applies(self._python):
                    yield one

    def _install_paths(self) -> None:
        """Paths and addresses of git among the requirements, and the package that the repository itself is."""
        for one in self._unnamed() if self._run else ():
            text = " ".join(str(one.text).split())
            self._build([*(["--editable"] if one.editable else []), text], str(one.text), [str(one.text.place)])
        try:
            own = Checkout(self._repo).is_python_package and self._plan.buildpack is not None
        except RaisedError:
            own = False
        if own and not Checkout(self._repo).environment_path:
            if self._run:
                self._build(["."], "the repository's own package")
            else:
                why = "to build it runs code of the repository, which takes --run"
                self._say(Result.LEFT, "the repository's own package", why)

    def _build(self, words: Sequence[str], what: str, places: Sequence[str] = ()) -> None:
        """Have uv build and install something, in the copy."""
        said = uv.run(
            ["pip", "install", "--python", str(python_in(self._folder)), "--no-sources", *_INSTALL, *words],
            {},
            self._scratch.copy,
            builds=True,
        )
        if said.found:
            self._say(Result.WORKS, what, "built and installed", places)
        elif Checkout(self._repo).has("apt.txt"):
            _answered(said)
            why = f"{pip_reason(said.said)}. It may need the packages of apt.txt, which are not installed here"
            self._say(Result.LEFT, what, why, places)
        else:
            self._refuse(what, said, places)

    def _refuse(self, what: str, answer: Answer, places: Sequence[str] = ()) -> None:
        _answered(answer)
        self._say(Result.FAILS, what, pip_reason(answer.said), places)


def _line(pin: Pin, addresses: dict[str, str]) -> str:
    return addresses.get(pin.name, f"{pin.name}=={pin.version}")


def _sized(pins: Sequence[Pin]) -> str:
    size = sum(one.size for one in pins) / 1_000_000
    return f"installed{f' ({size:,.0f} MB to download)' if size >= 1 else ''}"


def _is_known(channel: str) -> bool:
    return channel in _CHANNELS or channel.startswith("https://repo.anaconda.com/pkgs/")


def _create(folder: Path, python: str) -> None:
    """An empty virtual environment with a Python of this computer."""
    answer = uv.run(["venv", "--no-project", "--python", find_python(python) or python, str(folder)], {})
    if not answer.found:
        raise UnavailableError(
            f"Binder uses Python {python} here, which this computer does not have, so nothing was tried. "
            f"Install it, for example with `uv python install {python}`, and run the command again"
        )


def _install(folder: Path, lines: Sequence[str], *options: str, files: str = "") -> Answer:
    """Install wheels into an environment."""
    words = ["pip", "install", "--python", str(python_in(folder)), "--only-binary", ":all:", *_INSTALL, *options]
    return uv.run([*words, "-r", "requirements.in"], {"requirements.in": "\n".join((*lines, "")), "uv.toml": files})


def _installed(answer: Answer, what: str) -> None:
    """Raises UnavailableError where something of Binder's own cannot be installed here."""
    if not answer.found:
        _answered(answer)
        raise UnavailableError(
            f"{what} cannot be installed here, so nothing was tried. uv says: {pip_reason(answer.said)}"
        )


def _answered(answer: Answer) -> None:
    """Raises UvError where an index did not answer."""
    if any(words in answer.said for words in pip.NO_ANSWER):
        raise UvError(f"The index of packages did not answer. uv says: {pip_reason(answer.said)}")


def _frozen(folder: Path) -> list[str]:
    """What is installed, as pins; not what comes from a path."""
    answer = uv.run(["pip", "freeze", "--python", str(python_in(folder))], {})
    lines = [one.strip() for one in answer.output.splitlines()]
    pairs = [one.split("==") for one in lines if one.count("==") == 1 and " @ " not in one]
    return [f"{canonical(name)}=={version}" for name, version in pairs]


def _version(folder: Path, scratch: Scratch) -> str:
    """The whole version of the Python of an environment. Raises UnavailableError where it does not run."""
    code = "import platform; print(platform.python_version())"
    ended = run_child([str(python_in(folder)), "-I", "-c", code], scratch.empty, clean_environment(scratch.empty), 60)
    found = last_line(ended.said)
    if ended.code != 0 or not release(found):
        raise UnavailableError(f"The Python of the environment does not run here: {found}")
    return found
