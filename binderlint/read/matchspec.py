"""Conda match specs: name, version, build and channel of an item of environment.yml, in the forms people write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from binderlint.cache import remembered
from binderlint.pattern import regex
from binderlint.read import digits
from binderlint.read.requirements import unquoted
from binderlint.source import Place, Text
from binderlint.values import NamedTuple

PATCHES = 30  # more than any Python has had
_OPERATOR = r"(?:==|!=|~=|>=|<=|=|>|<)"
_VERSION = r"(?:[0-9A-Za-z_][0-9A-Za-z_.+!-]*\*?|\*)"
_TERM = rf"(?:{_OPERATOR}\s*)?{_VERSION}"
# Most specs: a name, alone or with one version.
_NAME_AND_VERSION = regex(r"(?P<name>[0-9A-Za-z_][0-9A-Za-z_.-]*)(?P<version>==?[0-9][0-9A-Za-z_.]*)?")
_SPEC = regex(
    rf"""\s*
    (?:(?P<channel>[^\s\[\]=<>!~,;'"]+)::)?
    (?:[0-9A-Za-z_-]+:)?  # a namespace, which conda reads and ignores
    (?P<name>[0-9A-Za-z_][0-9A-Za-z_.-]*)
    \s*
    (?P<version>(?:{_OPERATOR}\s*|(?<=\s)){_VERSION}(?:\s*[,|]\s*{_TERM})*)?
    (?:(?:\s*=\s*|\s+)(?P<build>[0-9A-Za-z_*+^][^\s,\[\]=]*))?
    \s*
    (?:\[(?P<keys>[^\[\]]*)\])?
    \s*""",
    re.VERBOSE | re.ASCII,  # mamba trims ASCII white space only
)
_ARCHIVE = regex(
    r"(?P<channel>\S+?)(?:/(?:noarch|[a-z]+-[a-z0-9]+))?/(?P<name>[^/\s]+)-(?P<version>[^-/\s]+)-(?P<build>[^-/\s]+?)\.(?:tar\.bz2|conda)(?:\#.*)?"
)
_KEY = regex(r"""\s*([a-z_0-9]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s,'"]+))\s*(?:,|$)""")
_NUMBER = regex(r"(\d+(?:\.\d+)*)((?:\.?dev|a|b|rc|alpha|beta)\d*)?")
_PART = regex(rf"({_OPERATOR})?\s*({_VERSION})$")


class MatchSpec(NamedTuple):
    """A match spec: what it asks for and where each part is written. The parts of a text with escapes have the place of the whole."""

    text: Text
    """The whole spec; its place leaves out the quotes around it."""
    name: Text
    """The name as it is written; conda compares names in lower case."""
    version: Text | None
    """The version constraint as it is written, its operator included: `=1.2`, `>=1,<2`, `1.2`."""
    build: Text | None
    channel: Text | None
    """The channel and, after a `/`, the platform."""
    keys: Mapping[str, Text]
    """What stands in the brackets."""
    whole: bool
    """Whether the parts only know the place of the whole text, so that none can be edited alone."""

    @property
    def key(self) -> str:
        """The name that conda compares."""
        return self.name.lower()

    @property
    def place(self) -> Place:
        return self.text.place

    def admits(self, release: tuple[int, ...]) -> bool | None:
        """Whether the version constraint lets a release such as (3, 10, 4) through; None where this reader cannot tell."""
        if self.version is None:
            return True
        bare = self.build and "version" not in self.keys and (found := _SPEC.fullmatch(self.text)) and found["build"]
        exact = bare and re.match(r"=\s*[^=\s]", self.version) and "*" not in self.version
        # `=1.2=build` is exact, `=1.2` is not, nor what stands in brackets (conda's MatchSpec)
        return admits(f"={self.version}" if exact else self.version, release)

    @property
    def build_suffix(self) -> Text | None:
        """The build with the sign before it, as in `=1.2=py39_0`; None where there is none that can be edited."""
        if self.version is None or self.build is None or self.whole or "build" in self.keys or "version" in self.keys:
            return None
        start = self.text.place.span.start
        return self.text.part(self.version.place.span.end - start, self.build.place.span.end - start)


def parse_spec(text: Text) -> MatchSpec | None:
    """Read one item; None when it has no form that this reader knows, which does not mean that conda refuses it."""
    body = unquoted(text)
    whole = body.place.text != body
    found = _ARCHIVE.fullmatch(body) if "/" in body else _NAME_AND_VERSION.fullmatch(body)
    found = found or _SPEC.fullmatch(body)
    if not found:
        return None

    def part(group: str) -> Text | None:
        if found.groupdict().get(group) is None:
            return None
        start, end = found.span(group)
        return Text(body[start:end], text.place) if whole else body.part(start, end)

    keys = _keys(part("keys"), whole)
    name = part("name")
    if name is None or keys is None:
        return None
    return MatchSpec(
        body,
        name,
        keys.get("version") or part("version"),
        keys.get("build") or part("build"),
        keys.get("channel") or part("channel"),
        keys,
        whole,
    )


def read_specs(items: Iterable[object]) -> tuple[MatchSpec, ...]:
    """The match specs among the items of a `dependencies` list."""
    found = (parse_spec(item) for item in items if isinstance(item, Text))
    return tuple(spec for spec in found if spec)


def _keys(text: Text | None, whole: bool) -> dict[str, Text] | None:
    """What stands in the brackets; None when it is no list of `key=value`."""
    keys: dict[str, Text] = {}
    at = 0
    while text is not None and at < len(text):
        found = _KEY.match(text, at)
        if not found:
            return None
        group = next(number for number in (2, 3, 4) if found.group(number) is not None)
        keys[found.group(1)] = Text(found.group(group), text.place) if whole else text.part(*found.span(group))
        at = found.end()
    return keys


def admits(version: str, release: tuple[int, ...]) -> bool | None:
    """Whether a version constraint lets a release such as (3, 10, 4) through; None where this reader cannot tell."""
    answers = [_all(group, release) for group in version.split("|")]
    return True if True in answers else None if None in answers else False


def admits_minor(version: str, minor: str) -> bool | None:
    """Whether a version constraint lets any release of a minor version such as `3.10` through; None where this reader cannot tell."""
    answers = {admits(version, (*digits.release(minor), patch)) for patch in range(PATCHES)}
    return True if True in answers else None if None in answers else False


def _all(group: str, release: tuple[int, ...]) -> bool | None:
    answers = [_one(term.strip(), release) for term in group.split(",")]
    return False if False in answers else None if None in answers else True


class _Term(NamedTuple):
    """A comparison with a release; `prefix` for one with all that begin so, `preview` for one with a version before it."""

    operator: str
    asked: tuple[int, ...]
    prefix: bool
    preview: bool


@remembered(5_000)
def _term(text: str) -> _Term | bool | None:
    """What a part of a version constraint says: True for any release, None where this reader cannot tell."""
    found = _PART.match(text)
    if not found:
        return None
    operator, written = found.group(1) or "==", found.group(2)
    if written == "*":
        return True if operator in ("=", "==") else None
    prefix = written.endswith("*")
    number = _NUMBER.fullmatch(written.removesuffix("*").rstrip(".") if prefix else written)
    if not number or (number.group(2) and prefix):
        return None
    return _Term(operator, digits.release(number.group(1)), prefix, bool(number.group(2)))


def _one(text: str, release: tuple[int, ...]) -> bool | None:
    term = _term(text)
    if not isinstance(term, _Term):
        return term
    operator, asked, prefix, preview = term
    size = max(len(asked), len(release))
    one, other = release + (0,) * (size - len(release)), asked + (0,) * (size - len(asked))
    starts = one[: len(asked)] == asked
    if preview:  # every release comes after its own previews: `<3.9.0a0` is `<3.9.0`
        after = one >= other
        return {">=": after, ">": after, "<": not after, "<=": not after, "==": False, "!=": True}.get(operator)
    match operator:
        case "=":
            return starts
        case "==":
            return starts if prefix else one == other
        case "!=":
            return not starts if prefix else one != other
        case "~=":
            return one >= other and one[: len(asked) - 1] == asked[:-1] if len(asked) > 1 else None
        case ">=":
            return one >= other
        case "<=":
            return one <= other
        case "<":
            return one < other
    return one >= other if prefix else one > other
