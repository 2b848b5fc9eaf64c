"""Conda match specs and version constraints are read as py-rattler reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rattler
import rattler.exceptions
from hypothesis import example, given, settings
from hypothesis import strategies as st

from binderlint.read.matchspec import MatchSpec, admits, parse_spec
from binderlint.read.yaml import read_yaml
from binderlint.source import Array, Source, Table, Text
from tests.cases import cases

FIXTURES = Path(__file__).parent.parent / "fixtures"
RELEASES = [(1,), (1, 2), (1, 2, 0), (1, 2, 3), (1, 3), (2,), (2, 0), (3, 8, 1), (3, 10), (3, 10, 4), (3, 11), (10,)]


def text(value: str) -> Text:
    source = Source("environment.yml", value.encode())
    return source.slice(0, len(source.text))


def environments() -> Iterator[Source]:
    for _, case in cases():
        for source in case.sources:
            if source.name in ("environment.yml", "environment.yaml"):
                yield source
    for path in FIXTURES.rglob("environment*.y*ml"):
        yield Source(path.name, path.read_bytes())


def written() -> list[str]:
    """Every item of a `dependencies` list in the examples and fixtures."""
    found = set()
    for source in environments():
        value = read_yaml(source).value
        items = value.get("dependencies") if isinstance(value, Table) else None
        found |= {str(item) for item in items if isinstance(item, Text)} if isinstance(items, Array) else set()
    return sorted(found)


def agrees(ours: MatchSpec, theirs: rattler.MatchSpec) -> None:
    assert ours.key == theirs.name.normalized
    assert str(ours.build or "") == str(theirs.build or "")
    channel = str(ours.channel or "")
    assert channel.removesuffix(f"/{theirs.subdir}") == (theirs.channel.name if theirs.channel else "")
    for release in RELEASES:
        answer = ours.admits(release)
        if answer is not None:
            version = rattler.Version(".".join(map(str, release)))
            assert answer == (theirs.version is None or rattler.VersionSpec(theirs.version).matches(version)), release


@pytest.mark.parametrize("spec", written())
def test_specs_of_examples_and_fixtures(spec: str) -> None:
    ours = parse_spec(text(spec))
    if not spec.isascii():
        assert ours is None, "rattler takes white space of every alphabet, mamba only that of ASCII"
        return
    try:
        theirs = rattler.MatchSpec(spec, strict=False)
    except rattler.exceptions.InvalidMatchSpecError:
        assert ours is None
        return
    if theirs.build and set(theirs.build) & set("<>!"):
        assert ours is None, "a condition that is taken for a build is no form that we read"
        return
    if ours is None and set(spec) & set("\u00a0\u2003\u3000"):
        return  # rattler cuts at any white space, mamba at that of ASCII only
    assert ours is not None
    if "://" in spec:
        assert ours.key == theirs.name.normalized
    else:
        agrees(ours, theirs)


NAMES = st.from_regex(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,8}[A-Za-z0-9])?", fullmatch=True).filter(
    lambda name: not name.lower().endswith((".conda", ".tar.bz2"))
)
NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
TERMS = st.one_of(
    st.tuples(st.sampled_from([">=", "<=", ">", "<", "!=", "==", "~=", "="]), NUMBERS).map("".join),
    st.tuples(st.sampled_from(["=", "!="]), NUMBERS, st.just(".*")).map("".join),
    st.tuples(st.sampled_from([">=", "<=", ">", "<", "!="]), NUMBERS, st.sampled_from(["a0", "rc1", ".dev0"])).map(
        "".join
    ),
    NUMBERS,
)
VERSIONS = st.lists(TERMS, min_size=1, max_size=3).flatmap(
    lambda terms: st.sampled_from([",", "|", ", ", " ,"]).map(lambda between: between.join(terms))
)
CHANNELS = st.sampled_from(
    ["", "", "conda-forge::", "pkgs/main::", "conda-forge/label/dev::", "conda-forge/linux-64::"]
)


@given(CHANNELS, NAMES, st.sampled_from(["", " "]), VERSIONS)
@settings(max_examples=400, deadline=None)
def test_generated_versions(channel: str, name: str, gap: str, version: str) -> None:
    gap = gap if version[0] in "<>=!~" else " "
    spec = f"{channel}{name}{gap}{version}"
    ours, theirs = parse_spec(text(spec)), rattler.MatchSpec(spec, strict=False)
    assert ours is not None
    assert ours.version == version
    agrees(ours, theirs)


@given(
    NAMES,
    NUMBERS,
    st.sampled_from(["py39_0", "h1d223b6_11", "*", "*_cpython", "mpi_*", "0"]),
    st.sampled_from(["={}={}", "=={}={}", " {} {}"]),
)
@settings(max_examples=200, deadline=None)
def test_generated_builds(name: str, version: str, build: str, form: str) -> None:
    spec = name + form.format(version, build)
    ours = parse_spec(text(spec))
    assert ours is not None
    assert ours.build == build
    assert ours.build_suffix == form[form.index("}") + 1 :].format(build)
    agrees(ours, rattler.MatchSpec(spec, strict=False))


@given(NAMES, VERSIONS, st.sampled_from(["'", '"']))
@example("a", "=1", "'")
@settings(max_examples=200, deadline=None)
def test_generated_brackets(name: str, version: str, quote: str) -> None:
    spec = f"{name}[version={quote}{version}{quote}, build='*cuda*']"
    ours = parse_spec(text(spec))
    assert ours is not None
    assert ours.keys["version"].place.text == version
    agrees(ours, rattler.MatchSpec(spec, strict=False))


@given(st.text(alphabet="ab1.-_=<>!~,| *[]:/'#;@", max_size=14))
@settings(max_examples=600, deadline=None)
def test_never_fails_and_knows_its_places(spec: str) -> None:
    ours = parse_spec(text(spec))
    for part in (ours.name, ours.version, ours.build, ours.channel) if ours else ():
        assert part is None or part.place.text == part


@pytest.mark.parametrize(
    "spec",
    [
        "a[version='=1.2',build=x]",
        "a=1.2[build=x]",
        "a=1.2=x[build=y]",
        "a=1.2=x",
        "a =1.2 x",
        "a 1.2[build=x]",
        "a=1.2[subdir=noarch]",
    ],
)
def test_a_build_makes_a_version_exact_outside_of_brackets(spec: str) -> None:
    ours = parse_spec(text(spec))
    assert ours is not None
    agrees(ours, rattler.MatchSpec(spec, strict=False))


def test_quoted_specs_know_their_places() -> None:
    item = read_yaml(Source("environment.yml", b"- 'numpy >=1.2,<2'\n")).value[0]
    spec = parse_spec(item)
    assert spec and spec.version
    assert (spec.version, spec.version.place.text, spec.version.place.column) == (">=1.2,<2", ">=1.2,<2", 10)
    folded = parse_spec(read_yaml(Source("environment.yml", b"- numpy\n  >=1.2\n")).value[0])
    assert folded and folded.version == ">=1.2" and folded.whole


@pytest.mark.parametrize(
    "spec",
    ["git+https://github.com/o/r", "-e .", "-r requirements.txt", "gdal=<2.5", "a b c d", "numpy, scipy", "x>=", ""],
)
def test_what_is_no_match_spec(spec: str) -> None:
    assert parse_spec(text(spec)) is None


def test_constraints_that_cannot_be_told() -> None:
    assert admits("=1.2rc1", (1, 2)) is None
    assert admits("1.0|=1.2rc1", (1, 0)) is True


def test_keys_of_a_merge_know_their_place() -> None:
    source = Source("environment.yml", b"a: &a {dependencies: [numpy]}\n<<: *a\n")
    value = read_yaml(source).value
    assert isinstance(value, Table) and value.key("dependencies").place.text == "dependencies"
