"""Plain TOML is read as `tomllib` reads it: the files of the cases and of the golden repositories, and what becomes of their lines."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from binderlint.read.plain_toml import plain_toml
from tests.cases import cases
from tests.test_fixtures import FIXTURES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Statements and pieces of them, of which some make a file one that is not plain, or no TOML.
_PIECES = [
    *("[project]\n", "[a]\n", "[a.b]\n", "[[a]]\n", 'name = "x"\n', 'a = "#"\n', "b = 1\n", "a.b = 1\n", "[a]", " \t", "\u00e9"),
    *('["a",]', '["a" "b"]', '["a",,"b"]', '["a, b",\n', '"c"]\n', "[]", "[ ]", "{}", '"', '"""', "'", "[", "]", "\n", "\r", "\r\n"),
    *(",", "=", "#", ".", "-", "0", "01", "1_0", "-1", "1.5", "true", "inf", "\\", "\x00", "\x7f", "\u2028", "\xa0", "\ufeff"),
]  # fmt: skip


def hold(text: str) -> bool:
    """Whether a text is plain; then it has to be what tomllib makes of it."""
    plain = plain_toml(text)
    if plain is not None:
        assert repr(plain) == repr(tomllib.loads(text)), text
    return plain is not None


def test_files_of_cases_and_golden_repositories() -> None:
    found = {
        source.text
        for _, case in cases()
        for source in case.repository().sources.values()
        if source.name.endswith(".toml")
    }
    found |= {path.read_text("utf-8") for folder in FIXTURES for path in folder.rglob("*.toml")}
    assert sum(map(hold, sorted(found))) > len(found) / 3


@given(st.lists(st.sampled_from(_PIECES), max_size=9).map("".join))
def test_pieces(text: str) -> None:
    hold(text)
    hold('[build-system]\nrequires = [\n  "a",\n' + text + ']\n[project]\nname = "x"\n')
