"""Wanted: what the files of a repository have pip and conda install, in the words that a resolver takes, and what it cannot be given."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.channels import channel_list
from binderlint.facts.environment.installs import PipFile
from binderlint.facts.environment.mapping import conda_specs, environment_file
from binderlint.facts.environment.own_package import own_dependencies
from binderlint.lock.conda import channels_of
from binderlint.lock.pip import Places
from binderlint.lock.written import generated_specs, is_generated, kernel_files
from binderlint.read.matchspec import MatchSpec
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.detection import Checkout
from binderlint.repo2docker.reading import RaisedError
from binderlint.snapshot import Snapshot
from binderlint.source import Place
from binderlint.values import NamedTuple

# Options of pip that say where packages are, as uv calls them.
_INDEXES = {"--index-url": "--default-index", "--extra-index-url": "--index", "--find-links": "--find-links"}
_ON_THE_WEB = ("https://", "http://")


class Left(NamedTuple):
    """What the resolver is not given, and why."""

    place: Place
    why: str


class Wanted(NamedTuple):
    """All that is to be resolved together."""

    pip: tuple[Requirement, ...]
    """The requirements of pip that apply on Binder."""
    constraints: tuple[str, ...]
    places: Places
    specs: tuple[MatchSpec, ...]
    """Those of conda, but for Python itself."""
    channels: tuple[str, ...]
    own: tuple[str, ...]
    """What the repository's own package requires, where it is installed and says so in pyproject.toml, setup.cfg or setup.py."""
    left: tuple[Left, ...]

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements of pip as lines."""
        return (*(" ".join(str(one.text).split()) for one in self.pip), *self.own)

    def at(self, names: tuple[str, ...]) -> list[Place]:
        """Where packages are listed."""
        found = [one.text.place for one in self.pip if one.name and str(one.name) in names]
        return [*found, *(one.text.place for one in self.specs if one.key in names)]


def find_wanted(repo: Snapshot, python: str, fresh: bool, allow_builds: bool) -> Wanted:
    """What is to be resolved for a Python. `fresh`: what an earlier `--full` has written does not count."""
    left: list[Left] = []
    pip: list[Requirement] = []
    constraints: list[str] = []
    options: list[str] = []
    for file in kernel_files(repo):
        if fresh and is_generated(file.source):
            continue
        options += _options(file, left)
        for one in file.requirements:
            if not one.applies(python):
                continue
            why = _why_not(one, allow_builds)
            if why:
                left.append(Left(one.text.place, why))
            elif file.constraint:
                constraints.append(" ".join(str(one.text).split()))
            else:
                pip.append(one)
        left += [Left(one.line.place, "pip refuses this line") for one in file.invalid]
    generated = generated_specs(repo) if fresh else ()
    specs = [one for one in conda_specs(repo) if one.key != "python" and one not in generated]
    channels, unknown = channels_of([str(one) for one in channel_list(repo) or ()])
    file_of = environment_file(repo)
    if file_of:
        left += [Left(file_of.place(), f"`{one}` is not a channel on the web") for one in unknown]
    own = _own(repo, left) if file_of is None else ()
    return Wanted(tuple(pip), tuple(constraints), Places(tuple(options)), tuple(specs), channels, own, tuple(left))


def _why_not(one: Requirement, allow_builds: bool) -> str:
    """Why a requirement is not given to the resolver; empty where it is."""
    if one.url is None:
        return ""
    if not one.remote or not one.name:
        return "it is a path or has no name, so what it requires is not known"
    wheel = str(one.url).split("#")[0].endswith(".whl") and str(one.url).startswith(_ON_THE_WEB)
    if wheel and not one.editable:
        return ""
    if not allow_builds:
        return "it is built from its source, which only happens with --allow-builds, so what it requires is not known"
    return (
        ""
        if not one.editable and " @ " in one.text
        else "it is not written as `name @ address`, so what it requires is not known"
    )


def _options(file: PipFile, left: list[Left]) -> Iterator[str]:
    for option in file.options:
        value = str(option.value)
        if option.name in _INDEXES:
            if value.startswith(_ON_THE_WEB):
                yield from (_INDEXES[option.name], value)
            else:
                left.append(Left(option.line.place, "only packages from addresses on the web are looked for"))
        elif option.name == "--pre":
            yield from ("--prerelease", "allow")


def _own(repo: Snapshot, left: list[Left]) -> tuple[str, ...]:
    """The requirements of the package in the root, which repo2docker installs after what is listed."""
    try:
        installed = Checkout(repo).is_python_package
    except RaisedError:
        installed = False
    source = repo.get("pyproject.toml") or repo.get("setup.py")
    if not installed or source is None:
        return ()
    found = own_dependencies(repo)
    if found is None:
        left.append(Left(source.place(), "what the repository's own package requires is not written down in it"))
    return tuple(one for one in found or () if _is_requirement(one))


def _is_requirement(text: str) -> bool:
    """True for one that the resolver can be given: it has a name, and no address."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text).url is None
    except InvalidRequirement:
        return False
