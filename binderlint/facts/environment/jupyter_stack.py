"""Jupyter stack: which Notebook and JupyterLab the build ends up with, as far as the environment decides it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import dropwhile

from binderlint.data import rows
from binderlint.fact import fact
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.installs import pip_requirements, server_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import own_installs, own_requirements
from binderlint.facts.environment.pipfile import is_locked, pipenv_requirements
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.pattern import regex
from binderlint.read import digits
from binderlint.read.constraints import End, conda_end, only_below, pip_end
from binderlint.read.installer import CONDA, asked_for, is_pip
from binderlint.read.matchspec import MatchSpec, parse_spec
from binderlint.read.packages import base_packages, packages_by_name, server_lowest, server_starts
from binderlint.read.requirements import Requirement, canonical
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text

# conda packages that hold Notebook below 7 (pip's do not), and packages that bring a Notebook along. conda-forge's recipes of jupyter_contrib_nbextensions,
# jupyter_nbextensions_configurator and jupyter_contrib_core say `notebook >=4.0` or `>=6.0`; rise's `<7.0`, and so does its patch of nb_conda. Read on 2026-11-28.
_OLD_NOTEBOOK = frozenset({"rise", "nbpresent", "nb-conda"})
_CONTRIB = frozenset({"jupyter-contrib-nbextensions", "jupyter-nbextensions-configurator", "jupyter-contrib-core"})
ONLY_NOTEBOOK_6 = _CONTRIB | {"rise"}
"""Packages that do nothing in Notebook 7, which the server beside a separate kernel has."""
_STACK = _CONTRIB | {"notebook", "jupyter", "jupyterlab", "ipywidgets", "widgetsnbextension", "anaconda", "voila"}
_OF_SERVER = ("notebook", "jupyterlab", "jupyter-server")
# In the table of what works with the server, though none of these three asks for a version of them.
_BESIDE_SERVER = ("jupyterhub", "jupyterhub-singleuser", "jupyterlab-widgets")
# Packages some releases of which need a Notebook: the table of what packages bring along knows the newest ones only.
_NEAR_NOTEBOOK = regex(
    r"jupyter(?!-client$|-core$)|notebook|widget|labext|^ipy(?!thon(?:-genutils)?$|kernel$)|^nb(?!convert$|format$)|^rise$|-kernel$"
)
# What each needs at least, in its release of today: who pins that lower gets an older one of these (metadata of notebook 7.0.0 and jupyterlab 4.0.0).
_NEEDS = {"notebook": {"jupyterlab": (4,), "jupyter-server": (2,)}, "jupyterlab": {"jupyter-server": (2,)}}


def may_be_older_at(repo: Snapshot, script: Script, command: Command, package: str, release: tuple[int, ...]) -> bool:
    """Whether the build may have this package in a version below a release when a command of a script runs, which may have installed it before."""
    return may_be_older(repo, package, release) or command.place in _after_older(repo, script, package, release)


def may_be_older_in_session(repo: Snapshot, package: str, release: tuple[int, ...]) -> bool:
    """Whether a session may have this package in a version below a release, of the environment or of postBuild."""
    script = post_build_script(repo)
    return may_be_older(repo, package, release) or bool(script and _after_older(repo, script, package, release))


@fact
def _after_older(repo: Snapshot, script: Script, package: str, release: tuple[int, ...]) -> frozenset[Place]:
    """The commands of a script that run when it has installed a package in a version that may be below a release."""
    later = dropwhile(lambda one: not _installs_older(one, package, release), script.running)
    return frozenset(one.place for one in later)


def _installs_older(command: Command, package: str, release: tuple[int, ...]) -> bool:
    conda = command.name in CONDA
    for spec in _installed(command):
        if conda and package == "notebook" and canonical(spec.key) in _OLD_NOTEBOOK:
            return True
        if conda and package in _OF_SERVER and _is_too_old_spec(spec):
            return True
        end = {**_NEEDS.get(package, {}), package: release}.get(canonical(spec.key))
        if end and _is_held_below(spec, end):
            return True
    return False


def _installed(command: Command) -> Iterator[MatchSpec]:
    """The packages that a command of pip or conda installs."""
    if (command.name in CONDA or is_pip(command.name)) and "install" in command.values:
        words = command.values[command.values.index("install") + 1 :]
        for word in asked_for(command.name, words).packages:
            if spec := parse_spec(Text(word, command.place)):
                yield spec


def _is_held_below(spec: MatchSpec, release: tuple[int, ...]) -> bool:
    """Whether the newest version that a match spec lets through may be below a release."""
    if spec.version is None:
        return False
    return spec.admits(release) is None or _is_below(conda_end(str(spec.version)), release)


def _is_below(end: End, release: tuple[int, ...]) -> bool:
    """Whether a constraint with this upper end only lets versions below a release through."""
    first = len(release)
    while first > 1 and not release[first - 1]:
        first -= 1
    return end < release[:first]


def _of_pip(repo: Snapshot) -> tuple[Requirement, ...]:
    """What pip is asked for, by itself or by pipenv."""
    return (*pip_requirements(repo), *pipenv_requirements(repo))


def is_older(repo: Snapshot, package: str, release: tuple[int, ...]) -> bool:
    """Whether the environment pins this package to versions below a release."""
    pins = [spec.version for spec in conda_specs(repo) if canonical(spec.key) == package and spec.version]
    pins += [one.specifier for one in _of_pip(repo) if one.key == package and one.specifier]
    return any(only_below(pin, release) for pin in pins)


def is_older_at(repo: Snapshot, script: Script, command: Command, package: str, release: tuple[int, ...]) -> bool:
    """Whether a command of a script finds this package in a version below a release: the last installation before it decides, in the script or of the environment."""
    return command.place in _finding_older(repo, script, package, release)


@fact
def _finding_older(repo: Snapshot, script: Script, package: str, release: tuple[int, ...]) -> frozenset[Place]:
    """The commands of a script that find this package in a version below a release."""
    found, older = set(), is_older(repo, package, release)
    for command in script.running:
        if older:
            found.add(command.place)
        for spec in _installed(command):
            if canonical(spec.key) != package or command.has("-n", "--name", "-p", "--prefix", "-t", "--target"):
                continue
            if spec.version:
                older = only_below(str(spec.version), release) and not command.context.conditional
            elif command.has("-U", "--upgrade"):
                older = False
    return frozenset(found)


def may_be_older(repo: Snapshot, package: str, release: tuple[int, ...]) -> bool:
    """Whether the build may have this package in a version below a release: pinned so, held back by another package, or on an old Python."""
    plan = build_plan(repo)
    if not plan.transparent:
        return True
    # Python 3.7 has Notebook 6.5 and JupyterLab 3.6 (repo2docker/buildpacks/conda/environment.py-3.7.yml)
    if plan.python is None or plan.python.version == "3.7":
        return True
    if plan.separate_kernel:  # the kernel's own environment is on PATH, behind that of the server
        in_kernel = package == "notebook" and bool(asked_names(repo) & (_STACK | _OLD_NOTEBOOK))
        return in_kernel or any(_holds(one, package, release) for one in server_requirements(repo))
    specs = conda_specs(repo)
    if package == "notebook" and {canonical(spec.key) for spec in specs} & _OLD_NOTEBOOK:
        return True
    if package in _OF_SERVER and any(_is_too_old_spec(one) for one in specs):
        return True
    held = {**_NEEDS.get(package, {}), package: release}
    if any((end := held.get(canonical(spec.key))) and _is_held_below(spec, end) for spec in specs):
        return True
    requirements = _of_pip(repo)
    if is_locked(repo):
        return any(_holds(one, package, release) for one in requirements)
    if any(_is_too_old(one) for one in requirements) and may_go_back(repo):
        return True
    if package == "notebook" and any(_needs_notebook_6(one) for one in requirements):
        return True
    if not any(one.key in _STACK and one.key != "jupyterlab" for one in requirements):
        held = {package: release}  # pip leaves what is there and is not asked for
    return any((end := held.get(one.key)) and _holds(one, one.key, end) for one in requirements)


@fact
def may_go_back(repo: Snapshot) -> bool:
    """Whether pip may install a Notebook before 7, which starts with older packages than JupyterLab 4 does: it is asked for something that may need one, or that nobody knows."""
    names = {one.key for one in _of_pip(repo)}.union((own_requirements(repo) or ("",)) if own_installs(repo) else ())
    known, here = packages_by_name(), base_packages()
    return any(
        _NEAR_NOTEBOOK.search(name)
        or not (name in here or name in known)
        or (name in known and not _STACK.isdisjoint(known[name].brings))
        for name in names
    )


def server_ends(repo: Snapshot, package: str, versions: str, python: str) -> bool:
    """Whether no server starts where pip replaces a package that it needs with these versions."""
    if python == "3.7" or not only_below(versions, server_starts().get(package, ())):
        return False
    script = post_build_script(repo)
    if script and any("install" in one.values and not one.name.startswith("jupyter") for one in script.running):
        return False  # may bring another one
    match package:
        case "nbformat":
            return python != "3.8"  # base64.encodestring, which it needs, went with Python 3.9
        case "jinja2":
            return "markupsafe" not in asked_names(repo)
        case "tornado" if only_below(versions, (6,)) and python not in ("3.8", "3.9"):
            return True  # collections.MutableMapping, which it needs, went with Python 3.10
    if may_be_older(repo, "jupyterlab", (4,)):
        return False
    return is_locked(repo) or not (may_be_older(repo, "notebook", (7,)) or may_go_back(repo))


def _needs_notebook_6(one: Requirement) -> bool:
    """Whether a requirement is a JupyterLab that makes pip go back to Notebook 6: one before 4, without those from 3.0 to 3.4, which need no Notebook."""
    if not _holds(one, "jupyterlab", (4,)):
        return False
    return not _holds(one, "jupyterlab", (3, 5)) or _holds(one, "jupyterlab", (3, 0))


def _is_too_old(one: Requirement) -> bool:
    """Whether a requirement holds a package that JupyterLab 4 and Notebook 7 need below what they ask for, so that pip takes older ones of these if it has to."""
    if one.key in _STACK:
        return False
    return "<" in cap_of(one)[0] or only_below(one.specifier, server_lowest().get(one.key, ()))


def _is_too_old_spec(spec: MatchSpec) -> bool:
    """Whether conda, which changes everything to match, has to take an older server or JupyterLab for this package."""
    name, version = canonical(spec.key), str(spec.version or "")
    if name in _BESIDE_SERVER:
        return False
    return bool(_cap(name, version)[0]) or only_below(version, server_lowest().get(name, ()))


def cap_of(one: Requirement) -> tuple[str, str]:
    """What a requirement makes pip replace with something older (`server`, `lab`, `tornado<6`), and its first release that does not, `*` for none; two empty texts where it makes it replace nothing."""
    return ("", "") if one.url else _cap(one.key, one.specifier)


def _cap(package: str, versions: str) -> tuple[str, str]:
    since, fits, held = _caps().get(package, ("", "", ""))
    if not held or (fits != "*" and not only_below(versions, digits.release(fits))):
        return "", ""
    return ("", "") if since and only_below(versions, digits.release(since)) else (held, fits)


@cache
def _caps() -> dict[str, list[str]]:
    return {package: more for package, *more in rows("server_caps.tsv")}


def _holds(one: Requirement, package: str, release: tuple[int, ...]) -> bool:
    """Whether a requirement holds this package below a release."""
    return one.key == package and _is_below(pip_end(one.clauses), release)
