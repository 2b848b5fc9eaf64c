"""Requirements files: what pip would read, and where it stands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.requirements import Requirement as Packaged
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from binderlint.facts.environment.installs import pip_files, pip_requirements
from binderlint.read import markers
from binderlint.read.requirements import (
    Invalid,
    Line,
    Option,
    Requirement,
    is_plain_requirement,
    parse_requirement,
    read_requirements,
)
from binderlint.read.specifiers import admits, is_plain, is_release
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Span, Text


def one(text: str) -> Line | None:
    source = Source("requirements.txt", text.encode())
    return parse_requirement(Text(text, Place(source, Span(0, len(text)))))


def lines(text: str | bytes) -> tuple[Line, ...]:
    return read_requirements(Source("requirements.txt", text if isinstance(text, bytes) else text.encode()))


@pytest.mark.parametrize(
    ("text", "name", "specifier", "marker"),
    [
        ("numpy", "numpy", "", ""),
        ("Scikit_Learn==1.2.3", "Scikit_Learn", "==1.2.3", ""),
        ("pandas >= 1.0 , < 2", "pandas", ">= 1.0 , < 2", ""),
        ("jax[cuda12, k8s]~=0.4.1", "jax", "~=0.4.1", ""),
        ("numpy (>=1.0)", "numpy", "(>=1.0)", ""),
        ("pywin32==306 ; sys_platform == 'win32'", "pywin32", "==306", "sys_platform == 'win32'"),
        ("x==1.*", "x", "==1.*", ""),
        ("x===1.0-odd", "x", "===1.0-odd", ""),
    ],
)
def test_named(text: str, name: str, specifier: str, marker: str) -> None:
    found = one(text)
    assert isinstance(found, Requirement)
    assert (found.name, found.specifier, found.marker, found.url) == (name, specifier, marker, None)
    for piece in (found.name, found.specifier, found.marker):
        assert piece.place.text == piece


@pytest.mark.parametrize(
    ("text", "name", "url", "vcs", "remote"),
    [
        ("git+https://github.com/a/b", "", "git+https://github.com/a/b", True, True),
        ("git+https://github.com/a/b@v1#egg=b_c&subdirectory=x", "b_c", None, True, True),
        ("b @ git+ssh://git@github.com/a/b.git", "b", "git+ssh://git@github.com/a/b.git", True, True),
        ("b[x]@https://h.org/b-1.0.zip ; python_version<'3'", "b", "https://h.org/b-1.0.zip", False, True),
        ("https://h.org/b_c-1.0-py3-none-any.whl", "b_c", "https://h.org/b_c-1.0-py3-none-any.whl", False, True),
        ("./pkg[extra]", "", "./pkg", False, False),
        ("wheels/foo-1.0-py3-none-any.whl", "foo", "wheels/foo-1.0-py3-none-any.whl", False, False),
        ("numpy @ file:///tmp/build/80754af9/numpy_1", "numpy", "file:///tmp/build/80754af9/numpy_1", False, False),
        ("c:\\wheels\\x.whl", "", "c:\\wheels\\x.whl", False, False),
        ("-e .", "", ".", False, False),
        ("--editable=git+https://h.org/a/b#egg=b", "b", None, True, True),
        ("-e .[dev]", "", ".", False, False),
    ],
)
def test_addressed(text: str, name: str, url: str | None, vcs: bool, remote: bool) -> None:
    found = one(text)
    assert isinstance(found, Requirement) and found.url
    assert found.name == name
    assert url is None or found.url == url
    assert found.url.place.text == found.url
    assert (found.vcs, found.remote) == (vcs, remote)
    assert found.editable == text.startswith("-")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("-r base.txt", "--requirement", "base.txt"),
        ("-rbase.txt", "--requirement", "base.txt"),
        ("--requirement=base.txt", "--requirement", "base.txt"),
        ("-c 'con.txt'", "--constraint", "con.txt"),
        ("-i https://h.org/simple", "--index-url", "https://h.org/simple"),
        ("--extra-index-url https://h.org", "--extra-index-url", "https://h.org"),
        ("--pre", "--pre", ""),
    ],
)
def test_options(text: str, name: str, value: str) -> None:
    found = one(text)
    assert isinstance(found, Option)
    assert (found.name, found.value) == (name, value)
    assert found.value.place.text == value


@pytest.mark.parametrize("text", ["numpy=1.2", "numpy==1.2=py36_0", "numpy 1.2", "numpy==", "- numpy", "==1.0", "a b"])
def test_invalid(text: str) -> None:
    assert isinstance(one(text), Invalid) or text.startswith("-")


def test_continuations_comments_hashes() -> None:
    found = lines(
        "# head \\\nnumpy==1.0 \\\r\n    --hash=sha256:aa \\\n    --hash=sha256:bb  # why\n\npandas  # the\\\n table\nx#y\nscipy\\\n==1.0\nlast\\"
    )
    assert [line.line.place.line for line in found] == [2, 6, 8, 9, 11]
    numpy, pandas, odd, scipy, last = found
    assert isinstance(numpy, Requirement) and numpy.hashed and numpy.pin == "1.0" and numpy.text == "numpy==1.0"
    assert isinstance(pandas, Requirement) and pandas.line == "pandas"
    assert isinstance(odd, Invalid)
    assert isinstance(scipy, Requirement) and scipy.pin == "1.0" and scipy.specifier.place.line == 10
    assert isinstance(last, Requirement) and last.name == "last"


def test_encodings() -> None:
    for data in ("numpy==1.0\r\n".encode("utf-8-sig"), "\ufeffnumpy==1.0\r\n".encode("utf-16-le")):
        (found,) = lines(data)
        assert isinstance(found, Requirement) and found.name == "numpy"
        assert found.name.place.column == 1
    assert lines("numpy==1.0".encode("utf-16-le")) == ()


def test_includes_are_followed_inside_the_repository() -> None:
    repo = Snapshot.from_dict(
        {
            "binder/requirements.txt": "-r ../base.txt\n-r requirements.txt\n-r ../../out.txt\n-c con.txt\n-r https://h.org/r.txt\na\n",
            "base.txt": "b\n-r base.txt\n",
            "binder/con.txt": "b==1\n",
        }
    )
    assert [file.source.path for file in pip_files(repo)] == ["binder/requirements.txt", "base.txt", "binder/con.txt"]
    assert [one.key for one in pip_requirements(repo)] == ["a", "b"]


def test_pip_list_of_environment() -> None:
    repo = Snapshot.from_dict(
        {
            "environment.yml": 'dependencies:\n  - python=3.12\n  - pip:\n    - "numpy==1.0"\n    - -r more.txt\n    - foo  # why\n',
            "more.txt": "bar\n",
            "requirements.txt": "ignored\n",
        }
    )
    assert [one.key for one in pip_requirements(repo)] == ["numpy", "foo", "bar"]
    numpy = pip_requirements(repo)[0]
    assert numpy.array is not None and numpy.specifier.place.text == "==1.0"


@pytest.mark.parametrize(
    ("text", "applies"),
    [
        ("a; sys_platform == 'win32'", False),
        ("a; platform_system == 'Linux' and python_version >= '3.8'", True),
        ("a; python_version < '3.9'", False),
        ("a", True),
    ],
)
def test_markers(text: str, applies: bool) -> None:
    found = one(text)
    assert isinstance(found, Requirement) and found.applies("3.10") is applies


NUMBERS = st.lists(st.sampled_from(["0", "1", "2", "3", "10", "010"]), min_size=1, max_size=4).map(".".join)
ENDS = st.sampled_from(["", "", "", ".*", "a1", ".post1", ".dev0", "+cpu", " ", "."])
OPERATORS = st.sampled_from(["==", "!=", "~=", "<=", ">=", "<", ">", "===", "", "=", "=>"])
SPACES = st.sampled_from(["", "", "", " ", "  ", "\t"])
CLAUSES = st.tuples(SPACES, OPERATORS, SPACES, NUMBERS, ENDS).map("".join)


@given(st.lists(CLAUSES, max_size=3).map(",".join), NUMBERS)
def test_what_is_plain_is_what_packaging_reads(specifier: str, version: str) -> None:
    if is_plain(specifier):
        assert admits(specifier, version) == SpecifierSet(specifier).contains(version)
    assert is_release(version) and Version(version)


VARIABLES = st.sampled_from([*markers._BINDER, "python_version", "python_full_version", "extra", "os_version"])
LITERALS = st.sampled_from(["linux", "win32", "Linux", "x86_64", "posix", "cpython", "CPython", "v1", "3", "", "a b"])
QUOTES = st.sampled_from(["'", '"'])
COMPARISONS = st.builds(
    lambda variable, operator, quote, literal, space: f"{variable}{space}{operator}{space}{quote}{literal}{quote}",
    VARIABLES | st.just("python_version"),
    OPERATORS,
    QUOTES,
    LITERALS | NUMBERS | st.tuples(NUMBERS, ENDS).map("".join),
    SPACES,
)
MARKERS = st.lists(COMPARISONS, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([" and ", " and ", "  and  ", " or ", "and"]).map(lambda word: word.join(parts))
)


@given(MARKERS, st.sampled_from(["3.7", "3.10", "3.12", "3", "3.11.4"]))
def test_a_plain_marker_is_one_that_packaging_reads(marker: str, python: str) -> None:
    if not markers.is_plain(marker):
        return
    assert Packaged(f"a; {marker}").name == "a"
    environment: dict[str, Any] = {**markers._BINDER, "python_version": python}
    assert markers.marker_holds(marker, python) == Marker(marker).evaluate(environment)


@given(
    st.sampled_from(["a", "a-b", "a.", "-a", "a[b]", "a [b, c]", "a[]"]),
    st.lists(CLAUSES, max_size=2).map(",".join),
    SPACES,
    st.none() | MARKERS,
)
def test_a_plain_requirement_is_one_that_packaging_reads(
    name: str, wanted: str, space: str, marker: str | None
) -> None:
    text = f"{name}{space}{wanted}" + (f"{space};{space}{marker}" if marker is not None else "")
    if is_plain_requirement(text):
        assert Packaged(text).name == name.partition("[")[0].strip()
