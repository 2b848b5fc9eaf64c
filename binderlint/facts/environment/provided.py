"""Provided: the packages that the build installs, with what they bring along, and the names they are imported by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from binderlint.data import listed_words, pairs
from binderlint.fact import fact
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.installs import includes, pip_files, pip_requirements
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.facts.environment.own_package import is_own, own_installs, own_requirements
from binderlint.facts.launch.launched import environment_elsewhere
from binderlint.facts.named import misnamed_environments
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.pattern import regex
from binderlint.read.constraints import only_below
from binderlint.read.installer import asked_for
from binderlint.read.packages import base_packages, companions, names_of_conda, packages_by_name
from binderlint.read.requirements import canonical
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot

# Files in which other tools, and people, list packages.
_LISTS = regex(
    r"(?:^|/)(?:[^/]*(?:env|conda|require)[^/]*\.(?:ya?ml|txt|in)|Pipfile|setup\.(?:py|cfg)|pyproject\.toml|Dockerfile|[^/]*\.lock)$",
    re.I,
)
_EXPORT = 40
# conda packages that hold no Python.
_NO_PYTHON = regex(
    r"(?:r|lib|perl|_)[-_].*|lib\w+|\w+-c|.*-dev|gxx.*|gcc.*|gfortran.*|nodejs|julia|texlive-core|pip|python"
)


@fact
def installed_packages(repo: Snapshot) -> frozenset[str]:
    """The canonical PyPI names of what is certainly there for notebooks: what the lists of the build ask for, what that brings along, and Jupyter's own environment where notebooks run in it."""
    mine = own_requirements(repo) if own_installs(repo) else ()
    base = frozenset[str]() if build_plan(repo).separate_kernel else base_packages()
    return base | _with_what_they_bring(repo, asked_names(repo) | set(mine or ()))


def provided(repo: Snapshot) -> frozenset[str] | None:
    """The canonical PyPI names of what may be there: `installed_packages`, and what packages that are not known may bring; None when the build may install something that cannot be seen.

    What is not among them is missing.
    """
    plan = build_plan(repo)
    if plan.error or plan.buildpack not in (
        Buildpack.CONDA,
        Buildpack.PYTHON,
        Buildpack.R,
        Buildpack.JULIA,
    ):
        return None
    mine = own_requirements(repo) if own_installs(repo) else ()
    if mine is None or environment_elsewhere(repo):
        return None
    roots = _roots(repo, mine)
    if roots is None:
        return None
    scripts = _installed_by_script(repo)
    if scripts is None:
        return None
    return base_packages() | _with_what_they_bring(repo, (roots | scripts) - base_packages())


def _with_what_they_bring(repo: Snapshot, names: Iterable[str]) -> frozenset[str]:
    """Packages, and what they bring along."""
    found, todo = set[str](), [*names]
    known, by_conda = packages_by_name(), build_plan(repo).buildpack is Buildpack.CONDA
    old = {one.project for one in pip_requirements(repo) if only_below(one.specifier, (1,))}
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name in known:
            todo += (one for one in known[name].brings if by_conda or name in old or one not in known[name].only_conda)
    return frozenset(found)


@fact
def listed_elsewhere(repo: Snapshot) -> Mapping[str, tuple[str, ...]]:
    """The words in files that Binder does not read and that may say what a repository without an environment needs, as names of packages, and the paths of the files."""
    sources = [repo.get(path) for path in repo.sources if _LISTS.search(path)]
    found: dict[str, list[str]] = {}
    for source in (*sources, *misnamed_environments(repo)):
        if source and len(source.data) < 1_000_000:
            for word in {canonical(word) for word in re.findall(r"[A-Za-z][\w.-]*", source.prose)}:
                found.setdefault(word, []).append(source.path)
    return MappingProxyType({word: tuple(paths) for word, paths in found.items()})


def _roots(repo: Snapshot, mine: tuple[str, ...]) -> set[str] | None:
    """The packages asked for by name, and by the package of the repository; None when one of them is no name.

    A package that is not in the table may bring whatever others bring along, too; one from an address, which is no release that many use, anything. A list that was exported from an environment names
    everything in it, so that unknown packages bring nothing more.
    """
    conda = names_of_conda()
    requirements = []
    for file in pip_files(repo):
        if file.server:
            continue
        if file.invalid or file.source.is_binary:
            return None
        if any(option.name == "--requirement" and not includes(repo, file, option) for option in file.options):
            return None
        folder = file.source.folder if file.array is not None else ""
        requirements += [one for one in file.requirements if one.extras or not is_own(one, folder)]
    if any(not one.name and not one.remote for one in requirements):
        return None
    items = [item for item in conda_list(repo) or () if isinstance(item, str)]
    specs = conda_specs(repo)
    if len(specs) < len(items):
        return None
    pip = {one.project for one in requirements}
    others = {canonical(str(spec.name)) for spec in specs}
    names = pip | set(mine) | {conda.get(name, name) for name in others}
    names |= {canonical(meant[name]) for name in names if name in (meant := pairs("wrong_pip_names.tsv"))}
    known = packages_by_name().keys() | base_packages()
    if any(name.startswith("pangeo-") for name in others):
        return None  # packages of conda-forge that only bring others
    if any(one.remote and one.project not in known for one in requirements) and not is_export(repo):
        return None
    unknown = {name for name in names - known if name in pip or name in mine or not _NO_PYTHON.fullmatch(name)}
    extras = any(
        one.extras and canonical(str(one.name)) != "dask" for one in requirements
    )  # `name[all]` brings who knows what
    if extras and not is_export(repo):
        return None
    return names if is_export(repo) or not unknown - pairs("wrong_pip_names.tsv").keys() else names | companions()


def is_export(repo: Snapshot) -> bool:
    """Whether every package is pinned, and so many that their dependencies must be among them."""
    pinned = [str(one.specifier).startswith("==") or one.remote for one in pip_requirements(repo)]
    pinned += [re.match(r"=?=?\d", str(spec.version or "")) is not None for spec in conda_specs(repo)]
    return len(pinned) >= _EXPORT and all(pinned)


def _installed_by_script(repo: Snapshot) -> set[str] | None:
    """What postBuild and start install by name; None when they may install something else."""
    names: set[str] = set()
    for script in (post_build_script(repo), start_script(repo)):
        if script is None:
            continue
        if script.shell is None or script.shell.broken:
            return None
        for command in script.commands:
            action = command.operands[:1]
            if command.name.startswith("pip") and action == ("install",):
                values = command.values
                wanted = asked_for(command.name, values[values.index("install") + 1 :])
                if wanted.files or not {"."}.issuperset(place.rstrip("/") for place in wanted.places):
                    return None
                names |= {canonical(re.split(r"[<>=!~\[ ;]", word)[0]) for word in wanted.packages}
            elif command.name in ("conda", "mamba", "pip") and action in (
                ("clean",),
                ("list",),
                ("config",),
                ("uninstall",),
            ):
                continue
            elif (
                command.name not in listed_words("plain_commands.txt")
                and not command.name.startswith("jupyter")
                and command.name not in ("exec", "", "source")
            ) or (
                command.name in ("", "source")
                and not (command.words and (command.words[0].raw.startswith(('"$@', "$@"))))
            ):
                return None
    return names if names <= packages_by_name().keys() | base_packages() else None
