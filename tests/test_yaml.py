"""The YAML reader gives the values that ruamel.yaml, repo2docker's parser, gives."""

from __future__ import annotations

import io
from typing import Any

import pytest
from ruamel.yaml import YAML

from binderlint.read.yaml import read_yaml
from binderlint.source import Array, Scalar, Source, Table

DOCUMENTS = (
    "a:\nb: 3\nc: ~\nd: null\ne: 3.10\nf: 1e3\ng: yes\nh: true\ni: 'null'\nj: \"3\"\nk: ''\n",
    "dependencies:\n  - python=3.12\n  - 3.12\n  -\n  - pip:\n  - pip: [a, b]\n  - {x: 1}\n",
    "- !!str 3\n- 0o17\n- 0x1f\n- .5\n- 1_000\n- .inf\n- off\n",
    "text: |\n  one\n  two\nfolded: >-\n  one\n  two\n",
    "base: &base [1, two]\nother: *base\n",
)


def plain(value: Any) -> Any:
    match value:
        case Table():
            return {str(key): plain(item) for key, item in value.items()}
        case Array():
            return [plain(item) for item in value]
        case Scalar():
            return value.value
    return str(value)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_values_are_those_of_ruamel(document: str) -> None:
    expected = YAML(typ="safe", pure=True).load(io.StringIO(document))
    assert plain(read_yaml(Source("x.yml", document.encode())).value) == expected
