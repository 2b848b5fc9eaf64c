"""pip: the versions of pip's packages that go together on Binder, found by uv."""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterator, Sequence

from binderlint.lint.wording import listed
from binderlint.lock.metadata import Broken, broken_versions, configuration, read_requirements_of
from binderlint.lock.pins import Conflict, Pin, Pins, named_in
from binderlint.lock.reasons import pip_hints, pip_reason
from binderlint.lock.sources import has_wheels, read_requirements_of_source, without_versions
from binderlint.outside.programs import find_python
from binderlint.outside.uv import Answer, UvError, run
from binderlint.pattern import regex
from binderlint.read.pythons import python_release
from binderlint.read.requirements import canonical
from binderlint.read.toml import parse_toml
from binderlint.typed import Any
from binderlint.values import NamedTuple

PLATFORM = "x86_64-manylinux_2_39"  # Ubuntu 24.04, on which repo2docker's images stand
FIRST_PYTHON = (3, 6)  # for older ones uv has no tags
# What builds packages from their sources. pip on Binder uses the newest, so these are not held at the day of the packages.
_BUILD_TOOLS = (
    "cython",
    "editables",
    "flit-core",
    "flit-scm",
    "hatch-vcs",
    "hatchling",
    "meson-python",
    "packaging",
    "pbr",
    "pdm-backend",
    "pip",
    "poetry-core",
    "pybind11",
    "setuptools",
    "setuptools-scm",
    "versioneer",
    "wheel",
)
_ANY_DAY = "2100-01-01T00:00:00Z"
_ROUNDS = 150
_MOST_ABSENT = 20
_ABSENT = regex(
    r"([\w.-]+) was not found in the package registry|[Tt]here (?:is|are) no versions? of ([\w.-]+)(?![\w.-]*[<>=])"
)
_SOURCE_ONLY = regex(r"Wheels are required for `([^`]+)`")
NO_ANSWER = ("Request failed", "Failed to fetch", "error sending request", "Network connectivity")
_NO_TIME = regex(r"missing an upload date|no upload date|missing upload (?:date|time)")


class Places(NamedTuple):
    """Where packages are looked for, as the repository's files say; `()` for the index of the user."""

    options: tuple[str, ...] = ()
    """Options of uv: `--default-index`, `--index`, `--find-links` and their values, `--prerelease`."""


class Learnt:
    """What has been read of packages: it holds for every Python and every day, so it is kept from one question to the next."""

    def __init__(self) -> None:
        self.needs: dict[Broken, tuple[str, ...]] = {}
        """What versions require, of those whose metadata uv cannot read or build."""
        self.unread: set[Broken] = set()
        """The versions of which the source does not say what they require, or that are made for wheels."""


def resolve(
    requirements: Sequence[str],
    python: str,
    date: datetime.datetime | None = None,
    allow_builds: bool = False,
    constraints: Sequence[str] = (),
    places: Places = Places(),  # noqa: B008 (a tuple)
    learnt: Learnt | None = None,
) -> Pins | Conflict:
    """The newest versions, up to a date, that satisfy requirements together for a Python (`3.10`) on Binder's system.

    Sources are built, which runs their setup.py, only with `allow_builds`. Raises UvError where uv or an index does not answer.
    """
    interpreter = find_python(python) or "" if allow_builds else ""
    call = _Call(tuple(requirements), python, date, allow_builds, tuple(constraints), places.options, interpreter)
    search = _Search(call, learnt or Learnt())
    answer = search.run()
    if not answer.found:
        return _with_absent(call, _conflict(call, answer))
    found = _packages(answer)
    if allow_builds and date and (leaked := [one for one in found if _is_newer(one, date)]):
        return _without_leaks(call, [str(one["name"]) for one in leaked])
    pins = _pins(call, found, search.sources)
    return pins if allow_builds else pins._replace(notes=(*pins.notes, *_held_back(call, pins)))


def _held_back(call: _Call, pins: Pins) -> Iterator[str]:
    """What to say of listed packages of which pip would take the source of a newer version, since that has no wheel for this Python."""
    names = {canonical(_name(one)) for one in call.requirements}
    # with all metadata given, nothing is built and nothing asked but which versions there are
    answer = call._replace(options=(*call.options, "--no-deps"), any_source=True).run(
        {(one, ""): () for one in names}, []
    )
    for package in _packages(answer) if answer.found else ():
        one = _pin(package)
        chosen = pins.version(one.name)
        if one.source and chosen and one.version != chosen and not _same_release(chosen, one.version):
            yield (
                f"Of `{one.name}` there is the version {one.version}, without a wheel for Python {call.python}, so {chosen} is used, which has one. "
                "Another Python (--python) or --allow-builds may give the newer one"
            )


def _same_release(one: str, other: str) -> bool:
    """True for versions that differ in their last number only."""
    return one.split(".")[:2] == other.split(".")[:2]


class _Call(NamedTuple):
    requirements: tuple[str, ...]
    python: str
    date: datetime.datetime | None
    allow_builds: bool
    constraints: tuple[str, ...]
    options: tuple[str, ...]
    interpreter: str = ""
    """Of the Python that builds sources; empty for that of binderlint."""
    any_source: bool = False
    """Sources count as wheels do, because what they need is known."""

    def run(self, known: dict[Broken, tuple[str, ...]], sources: list[str]) -> Answer:
        """Ask uv. It is told what some versions need, and of which packages it takes the source, which it does not build."""
        files = {
            "requirements.in": "\n".join((*self.requirements, "")),
            "constraints.txt": "\n".join((*self.constraints, "")),
            "uv.toml": configuration(known),
        }
        return run(self._arguments(sources), files, builds=self.allow_builds)

    def _arguments(self, sources: list[str]) -> Iterator[str]:
        yield from ("pip", "compile", "requirements.in", "--constraints", "constraints.txt", "--verbose")
        yield from ("--format", "pylock.toml", "--no-header", "--no-annotate", "--color", "never", "--no-progress")
        yield from ("--python", self.interpreter or sys.executable)
        yield from ("--python-version", python_release(self.python), "--python-platform", PLATFORM)
        yield from ("--index-strategy", "unsafe-best-match")  # as pip: the best of all indexes
        yield from self.options
        if not self.allow_builds and not self.any_source:
            # nothing is built: what the sources need is in the configuration, for all their versions
            yield from ("--only-binary", ":all:")
            yield from (word for name in sources for word in ("--no-binary", name))
        if self.date:
            yield from ("--exclude-newer", self.date.strftime("%Y-%m-%dT%H:%M:%SZ"))
            if self.allow_builds:
                yield from (word for tool in _BUILD_TOOLS for word in ("--exclude-newer-package", f"{tool}={_ANY_DAY}"))


class _Search:
    """A call, repeated until uv knows what it needs: the metadata of old wheels, and what sources require."""

    def __init__(self, call: _Call, learnt: Learnt) -> None:
        self._call = call
        self._learnt = learnt
        self.sources: list[str] = []
        """The packages of which uv takes the source."""
        self._never: set[str] = set()
        """The packages whose wheels are taken all the same, or nothing."""

    def run(self) -> Answer:
        """What uv says in the end."""
        for _ in range(_ROUNDS):
            answer = self._ask(self.sources)
            learnt = self._learn_wheels(answer)
            if not learnt and not self._call.allow_builds:
                learnt = self._add_sources(answer) or (answer.found and self._learn_sources(answer))
            if not learnt:
                break
        said = " ".join(answer.said.split())
        gone = [
            one
            for one in self.sources
            if re.search(rf"\b{re.escape(one)}(?:[=<>!~]\S*)? ha(?:s|ve) no source distribution", said)
        ]
        if gone and not answer.found:  # say what is wrong with their wheels
            return self._ask([one for one in self.sources if one not in gone])
        return answer

    def _ask(self, sources: list[str]) -> Answer:
        """Ask uv. Sources that are not read yet need nothing."""
        return self._call.run({**self._learnt.needs, **{(one, ""): () for one in sources}}, sources)

    def _learn_wheels(self, answer: Answer) -> bool:
        found = {one: read_requirements_of(one, answer.said) for one in broken_versions(answer.said).values()}
        new = {one: needs for one, needs in found.items() if needs is not None and one not in self._learnt.needs}
        self._learnt.needs |= new
        return bool(new)

    def _add_sources(self, answer: Answer) -> bool:
        """Let uv take the sources of packages that seem to have nothing else."""
        known = {*self.sources, *self._never}
        new = [one for one in without_versions(answer.said) if one not in known]
        self.sources += new
        return bool(new)

    def _learn_sources(self, answer: Answer) -> bool:
        """Read what the chosen sources require. A version that has wheels, none of which fits, is not one to build."""
        learnt = False
        for package in _packages(answer):
            one = canonical(str(package["name"])), str(package.get("version", ""))
            if one[0] not in self.sources or one in self._learnt.needs:
                continue
            learnt = True
            needs = None if one in self._learnt.unread else _read_source(package, one, answer)
            if needs is None:
                self._learnt.unread.add(one)
                self._never.add(one[0])
                self.sources.remove(one[0])
            else:
                self._learnt.needs[one] = needs
        return learnt


def _read_source(package: dict[str, Any], one: Broken, answer: Answer) -> tuple[str, ...] | None:
    """What a source requires; None where it does not say, and of a version that is made for wheels."""
    address = str(package.get("sdist", {}).get("url", ""))
    if not address.startswith(("https://", "http://")) or has_wheels(*one, answer.said):
        return None
    return read_requirements_of_source(address)


def _packages(answer: Answer) -> list[dict[str, Any]]:
    return list(parse_toml(answer.output).get("packages", []))


def _is_newer(package: dict[str, Any], date: datetime.datetime) -> bool:
    """True for a build tool among the packages that is younger than they are."""
    times = [time for one in _files(package) if isinstance(time := one.get("upload-time"), datetime.datetime)]
    return canonical(str(package["name"])) in _BUILD_TOOLS and any(
        (time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)) > date for time in times
    )


def _without_leaks(call: _Call, tools: list[str]) -> Pins | Conflict:
    """The second pass, where build tools are packages of the repository as well: there they are held at the date, and still not in builds."""
    held = call._replace(requirements=tuple(tools), allow_builds=False, interpreter="")
    answer = _Search(held, Learnt()).run()
    if not answer.found:
        return _conflict(held, answer)
    limits = [f"{one['name']}<={one['version']}" for one in _packages(answer) if one["name"] in tools]
    call = call._replace(constraints=(*call.constraints, *limits))
    answer = _Search(call, Learnt()).run()
    return _pins(call, _packages(answer), []) if answer.found else _conflict(call, answer)


def _pins(call: _Call, packages: list[dict[str, Any]], sources: list[str]) -> Pins:
    pins = sorted(_pin(one) for one in packages if "version" in one)
    notes = []
    if read := [one.name for one in pins if one.name in sources]:
        notes.append(
            f"What {listed(read)} require{'s' if len(read) == 1 else ''} was read from the source and not found out by running its setup.py, which --allow-builds does"
        )
    if call.allow_builds and not call.interpreter:
        running = f"{sys.version_info[0]}.{sys.version_info[1]}"
        if running != call.python and any(one.source for one in pins):
            notes.append(
                f"Python {call.python} is not installed on this computer, so sources were built with Python {running}. "
                "What they require may differ on Binder"
            )
    return Pins(tuple(pins), tuple(notes))


def _pin(package: dict[str, Any]) -> Pin:
    size = next((int(one.get("size", 0)) for one in _files(package)), 0)
    return Pin(canonical(str(package["name"])), str(package["version"]), size, not package.get("wheels"))


def _files(package: dict[str, Any]) -> list[dict[str, Any]]:
    return [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]


def _conflict(call: _Call, answer: Answer) -> Conflict:
    """Why uv found nothing. Raises UvError where that says nothing about the packages."""
    said = answer.said[answer.said.rfind("\nerror: ") + 1 :] if "error: " in answer.said else answer.said[-2000:]
    reason = pip_reason(said)
    if any(words in said for words in NO_ANSWER):
        raise UvError(f"The index of packages did not answer, so nothing is known of the versions. uv says: {reason}")
    if "No solution found" not in said and "Failed to" not in said:
        raise UvError(f"uv did not resolve the packages: {reason}")
    names = [_name(one) for one in call.requirements]
    sources = list(dict.fromkeys(_SOURCE_ONLY.findall(said)))
    hint = ""
    if sources and not call.allow_builds:
        hint = (
            f"Of {' and '.join(f'`{one}`' for one in sources)} only the source fits. Binder has a compiler and may be able to build it. "
            "To know what it requires, its setup.py has to run here: allow that with --allow-builds"
        )
    elif _NO_TIME.search(answer.said) and call.date:
        hint = "An index does not say when its packages were uploaded, so with --as-of they are left out"
    else:
        hint = next((one for one in pip_hints(said) if "Metadata for" in one or "tags: " in one), "").rstrip(".")
    return Conflict(reason, named_in(" ".join((reason, *sources)), names), hint)


def _with_absent(call: _Call, conflict: Conflict) -> Conflict:
    """The conflict, and where a package is listed that the index does not have, all such packages: uv names one at a time."""
    absent: list[str] = []
    found, all_names = conflict, [_name(one) for one in call.requirements]
    while len(absent) < _MOST_ABSENT and (named := _ABSENT.search(found.text)):
        name = canonical(named[1] or named[2])
        listed_ones = tuple(one for one in call.requirements if canonical(_name(one)) != name)
        if listed_ones == call.requirements:  # a package that another one requires
            break
        absent.append(name)
        if not listed_ones:
            break
        call = call._replace(requirements=listed_ones)
        answer = call._replace(any_source=True, options=(*call.options, "--no-deps")).run({}, [])
        if answer.found:
            break
        found = _conflict(call, answer)
    if len(absent) < 2:
        return conflict
    names = [one for one in all_names if canonical(one) in absent]
    return Conflict(f"The index has no versions of {listed(absent, _MOST_ABSENT)}.", tuple(names), conflict.hint)


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0]
