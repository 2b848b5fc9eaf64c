"""Notebooks: one cell or key read alone is what the whole reader gives, and the Python, imports and installers of cells."""

from __future__ import annotations

import json
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binderlint.facts.unreadable_cells import unreadable_cells
from binderlint.read.cells import imports, installs, python
from binderlint.read.notebook import may_run, read_key, read_notebook
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text

TEXTS = st.text(alphabet="ab \\\"'\n\té😀{}[]:,#", max_size=12)


def source(cells: list[object], indent: int | None = 1, before: str = "") -> Source:
    data = {"metadata": {"kernelspec": {"name": "k"}}, "nbformat": 4, "cells": cells, "nbformat_minor": 4}
    return Source("a.ipynb", (before + json.dumps(data, indent=indent)).encode())


@given(
    st.lists(TEXTS | TEXTS.map(lambda text: text.splitlines(keepends=True)), max_size=4),
    st.sampled_from([None, 1]),
    st.sampled_from(["", "\ufeff"]),
)
def test_one_cell_is_read_as_all_are(sources: list[object], indent: int | None, before: str) -> None:
    file = source(
        [{"cell_type": "code", "outputs": [{"text": '"]}'}], "source": one} for one in sources], indent, before
    )
    cells = read_notebook(file).cells
    page = PlainNotebook(file)
    assert len(cells) == len(page.cells) == len(sources)
    for number, cell in enumerate(cells, 1):
        found = page.cell(number)
        assert found
        assert [(line, line.place) for line in found.lines] == [(line, line.place) for line in cell.lines]
        assert found.data == cell.data or found.data.keys() == cell.data.keys()
        written = page.cells[number - 1].text
        assert "\n".join(cell.lines) == written.removesuffix("\n")
    assert page.cell(len(sources) + 1) is None


def test_a_key_with_its_place() -> None:
    file = source([])
    name = PlainNotebook(file).value("metadata", "kernelspec", "name")
    assert isinstance(name, Text) and name == "k" and name.place.text == '"k"'
    assert read_key(file, "nothing") is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nls", None),
        ("x = !ls \\\n  -l\ny", "pass\n\ny"),
        ("if a:\n    !pip install x", "if a:\n    pass"),
        ("x?\nnp.array??", "pass\npass"),
        ("a % b", "a % b"),
        ("x = '%s' % 1\nx == 1", "x = '%s' % 1\nx == 1"),
        ("pip install x", "pass"),
    ],
)
def test_python_of_a_cell(cell: str, code: str | None) -> None:
    assert python(cell) == code


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("import a.b, c as d\nfrom e.f import (\n  g)", ["a", "c", "e"]),
        ("from . import a\nfrom .b import c", []),
        ("try:\n  import a\nexcept: pass\ndef f():\n  import b\nif x:\n  import c", []),
        ("import a; import b", ["a", "b"]),
        ("print 1\nimport a", []),
        ("'''\nimport a\n'''", []),
    ],
)
def test_imports_of_a_cell(cell: str, names: list[str]) -> None:
    assert [one.name for one in imports(cell)] == names


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("!pip install -q a 'b>1' # c", [("pip", ("a", "b>1"), False)]),
        ("! pip3 install --upgrade \\\n  a \\\n  b", [("pip3", ("a", "b"), False)]),
        ("%conda install -c conda-forge -y a", [("conda", ("a",), False)]),
        ("!{sys.executable} -m pip install a", [("pip", ("a",), False)]),
        ("!sudo apt-get -y install a && b", [("apt-get", ("a",), False)]),
        ("%%bash\npip install -r r.txt", [("pip", (), True)]),
        ("!pip install git+https://x/y ./z", [("pip", (), True)]),
        ("!pip install a > /dev/null 2>&1", [("pip", ("a",), False)]),
        ("x = '!pip install a'\n# !pip install b\n    !pip install c", []),
        ("!pip uninstall a\n%pip list", []),
    ],
)
def test_installers_of_a_cell(cell: str, found: list[tuple[str, tuple[str, ...], bool]]) -> None:
    assert [(one.tool, one.asked.packages, not one.asked.names_all) for one in installs(cell)] == found


def test_a_quick_look_at_a_very_long_line() -> None:
    """A notebook on one line, with megabytes of JavaScript in its output: a quadratic search would take minutes."""
    noise = b'"!a.push(dask)",' * 60_000
    assert not may_run(
        Source("a.ipynb", noise + b"\n" + b"git x " * 60_000), re.compile(rb"\bgit\b[^\n]{0,200}\bpush\b")
    )
    assert may_run(Source("a.ipynb", noise + b'"! git push"'), re.compile(rb"\bgit\b[^\n]{0,200}\bpush\b"))
    assert not may_run(Source("a.ipynb", b'"git push"\n"!x"'), re.compile(rb"\bgit\b[^\n]{0,200}\bpush\b"))


@pytest.mark.parametrize(("newer", "told"), [(0, True), (1, False)])
def test_cells_for_the_python_that_runs_binderlint(newer: int, told: bool) -> None:
    """What the Python of the build can read is known up to the one that runs binderlint."""
    minor = f"3.{sys.version_info[1] + newer}"
    cells: list[object] = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = ("}]
    files = [Source("environment.yml", f"dependencies:\n  - python={minor}\n".encode())]
    text = source(cells).text.replace('"name": "k"', '"name": "python3"')
    files.append(Source("a.ipynb", text.encode()))
    assert bool(unreadable_cells(Snapshot(files))) is told


def test_a_picture_that_is_not_left_out() -> None:
    """Of a notebook that is not JSON without its pictures, all is read."""
    data = PlainNotebook(Source("a.ipynb", b'{"metadata": {"image/png": "a\\"b"}, "cells": []}')).data
    assert data == {"metadata": {"image/png": 'a"b'}, "cells": []}
