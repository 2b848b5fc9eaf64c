"""Lock files: the versions that the repository itself knows to work together."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from binderlint.pattern import regex
from binderlint.read.lock import Lock
from binderlint.read.pipfile_lock import locked_entries, read_pipfile_lock
from binderlint.read.requirements import Requirement, canonical, read_requirements
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source


def locks(repo: Snapshot) -> Iterator[Lock]:
    """The lock files beside the configuration and in the root, the most specific first; then what the user has installed."""
    for folder in dict.fromkeys((build_plan(repo).binder_dir, "")):
        for name, reader in _READERS.items():
            source = repo.get(posixpath.join(folder, name))
            if source and not source.decode_error:
                yield reader(source)
    if repo.versions:
        yield repo.versions


def _known_once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Versions by name, without the names that have several (for other platforms or Pythons)."""
    versions: dict[str, set[str]] = {}
    for name, version in pairs:
        versions.setdefault(canonical(name), set()).add(version)
    return {name: next(iter(found)) for name, found in versions.items() if len(found) == 1}


_TOML_PACKAGE = regex(r"^\[\[packages?\]\]\s*^name = \"([^\"]+)\"\s*^version = \"([^\"]+)\"", re.M)
_TOML_PYTHON = regex(r"^(?:requires-python|python-versions|requires_python) = \"([^\"]*)\"", re.M)


def _toml(source: Source) -> Lock:
    """uv.lock, poetry.lock, pdm.lock, pylock.toml: one table for each package, name and version first."""
    packages = _known_once(_TOML_PACKAGE.findall(source.text))
    start = source.text.rfind("[metadata]") if source.name in ("poetry.lock", "pdm.lock") else 0
    found = _TOML_PYTHON.search(source.text, max(start, 0))
    return Lock(source.path, packages, {}, found[1] if found else "")


def _pipfile(source: Source) -> Lock:
    content = read_pipfile_lock(source)
    entries = ((name, str(entry.get("version", ""))) for name, entry in locked_entries(content).items())
    packages = {canonical(name): version.removeprefix("==") for name, version in entries if version.startswith("==")}
    match content:
        case {"_meta": {"requires": {"python_version": str(python)}}}:
            pass
        case {"_meta": {"requires": {"python_full_version": str(full)}}}:
            python = ".".join(full.split(".")[:2])
        case _:
            python = ""
    return Lock(source.path, packages, {}, f"=={python}.*" if python else "")


_CONDA_LOCK = regex(
    r"^- name: (\S+)\s*^  version: ['\"]?([^'\"\s]+)['\"]?\s*^  manager: (conda|pip)\s*^  platform: (\S+)", re.M
)
_CONDA_FILE = regex(r"^\s*- conda: \S*/(?:linux-64|noarch)/(\S+)-([^-\s]+)-[^-\s]+\.(?:conda|tar\.bz2)\s*$", re.M)
_PIXI_PYPI = regex(r"^- pypi: \S+\s*^  name: (\S+)\s*^  version: ['\"]?([^'\"\s]+)", re.M)


def _conda_lock(source: Source) -> Lock:
    entries = [entry for entry in _CONDA_LOCK.findall(source.text) if entry[3] in ("linux-64", "noarch")]
    pip = _known_once((name, version) for name, version, manager, _ in entries if manager == "pip")
    return _conda(source, pip, _known_once((name, version) for name, version, manager, _ in entries if manager == "conda"))  # fmt: skip


_PIXI_DEFAULT = regex(r"^  default:\n(?:(?:   .*)?\n)*", re.M)


def _pixi(source: Source) -> Lock:
    """pixi.lock, of several environments; what they have in different versions is as the default one has it."""
    default = _PIXI_DEFAULT.search(source.text)
    conda = _known_once(_CONDA_FILE.findall(source.text))
    conda |= _known_once(_CONDA_FILE.findall(default[0])) if default else {}
    return _conda(source, _known_once(_PIXI_PYPI.findall(source.text)), conda)


def _conda(source: Source, pip: dict[str, str], conda: dict[str, str]) -> Lock:
    python = ".".join(conda.get("python", "").split(".")[:2])
    return Lock(source.path, {**conda, **pip}, conda, f"=={python}.*" if python else "")


def _pinned(source: Source) -> Lock:
    """A requirements file that pins: what pip-compile, uv or `pip freeze` wrote."""
    lines = (line for line in read_requirements(source) if isinstance(line, Requirement))
    return Lock(source.path, _known_once((one.key, one.pin) for one in lines if one.pin and not one.marker), {})


_READERS: dict[str, Callable[[Source], Lock]] = {
    "conda-lock.yml": _conda_lock,
    "pixi.lock": _pixi,
    "requirements.lock": _pinned,
    "requirements-lock.txt": _pinned,
    "requirements_lock.txt": _pinned,
    "requirements.lock.txt": _pinned,
    "requirements-frozen.txt": _pinned,
    "requirements-pinned.txt": _pinned,
    "constraints.txt": _pinned,
    "pylock.toml": _toml,
    "uv.lock": _toml,
    "poetry.lock": _toml,
    "pdm.lock": _toml,
    "Pipfile.lock": _pipfile,
}
