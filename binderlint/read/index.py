"""Index: which version of a package pip takes, of the files that a package index has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from binderlint.read.requirements import canonical
from binderlint.read.wheel_names import refused_for
from binderlint.values import NamedTuple

YANKED = " (yanked)"
"""What follows a file that its author has taken back: pip takes it only where exactly its version is asked for."""


class Choice(NamedTuple):
    """What pip does about a requirement. Versions are empty where there are none."""

    newest: str
    """The newest version on the index."""
    allowed: str
    """The newest version that the requirement allows."""
    taken: str
    """The version that pip takes: the newest allowed one with a file for this Python."""
    requires: str
    """The Python that the newest allowed version asks for."""
    compiled: bool
    """Whether pip takes the source of a version that is compiled: it has wheels for some other Python or system, but for none here."""
    ready: str
    """The newest version at all that has a wheel for this Python."""


class _File(NamedTuple):
    version: str
    wheel: str
    requires: str
    yanked: bool


def choose(name: str, files: Iterable[str], specifier: str, python: str, release: str) -> Choice | None:
    """What pip of a Python such as `3.12` and its release `3.12.11` takes of a package, of files as `web.Answer` has them; None where the specifier cannot be read."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import Version

    try:
        wanted = SpecifierSet(specifier.strip("() "))
    except InvalidSpecifier:
        return None
    by_version: dict[str, list[_File]] = {}
    for one in _files(canonical(name), files):
        by_version.setdefault(one.version, []).append(one)
    there = sorted(by_version, key=Version, reverse=True)
    exact = any(clause.operator in ("==", "===") and not clause.version.endswith(".*") for clause in wanted)
    kept = there if exact else [one for one in there if not all(file.yanked for file in by_version[one])]
    allowed = list(wanted.filter(kept))
    fitting = {one: [file for file in by_version[one] if _admits(file.requires, release)] for one in there}
    wheels = {one for one in there if any(file.wheel and not refused_for(file.wheel, python) for file in fitting[one])}
    usable = [one for one in allowed if one in wheels or any(not file.wheel for file in fitting[one])]
    taken = usable[0] if usable else ""
    compiled = bool(taken) and taken not in wheels and any(_is_compiled(file.wheel) for file in by_version[taken])
    final = [one for one in kept if not Version(one).is_prerelease]
    return Choice(
        (final or kept or [""])[0],
        allowed[0] if allowed else "",
        taken,
        next((file.requires for file in by_version[allowed[0]] if file.requires), "") if allowed else "",
        compiled,
        next((one for one in final if one in wheels), ""),
    )


def _files(name: str, files: Iterable[str]) -> Iterator[_File]:
    """The wheels and sources of a package; what is neither, or has no version, pip passes over too."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    for one in files:
        yanked = one.endswith(YANKED)
        file, _, requires = one.removesuffix(YANKED).partition(" ")
        try:
            wheel = file if file.endswith(".whl") else ""
            found = parse_wheel_filename(file)[:2] if wheel else parse_sdist_filename(file)
        except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
            continue
        if found[0] == name:
            yield _File(str(found[1]), wheel, requires, yanked)


def _admits(requires: str, release: str) -> bool:
    """Whether a file's Requires-Python lets a release of Python through; pip passes over one that it cannot read."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return not requires or SpecifierSet(requires).contains(release)
    except InvalidSpecifier:
        return True


def _is_compiled(wheel: str) -> bool:
    """Whether a wheel holds what a compiler made: it is for some system only."""
    return bool(wheel) and not wheel.removesuffix(".whl").endswith("-any")
