"""What counts as a file that its reader does not understand, kind by kind."""

from __future__ import annotations

import json

import pytest

from binderlint.pages import notebook
from binderlint.read.faults import faults
from binderlint.source import SYMLINK, Source

CASES = [
    ("start", "#!/bin/bash\na & echo b\n", 0),
    ("start", "#!/bin/bash\na &; echo b\n", None),
    ("start", "#!/bin/bash\r\nif a; then\r\n  b\r\nfi\r\n", 0),
    ("binder/postBuild", "if a; then b &; fi\n", None),
    ("postBuild", "\ufeff#!/bin/bash\nmake\n", 0),
    ("postBuild", "#!/usr/bin/env python3\nimport a\n", 0),
    ("postBuild", "#!/usr/bin/env python3\nimport a b\n", None),
    ("start", "#!/usr/bin/env Rscript\nlibrary(a))\n", 0),
    ("setup.sh", "{ a &; }\n", None),
    ("setup.sh", "a\0", None),
    ("conf.py", "x = '\\d'\n", 0),
    ("conf.py", "x = (\n", None),
    ("environment.yml", "dependencies: [a]\n", 0),
    ("environment.yml", "dependencies: [a\n", None),
    ("environment.yml", "a: 1\na: 2\n", None),
    ("_config.yml", "a: 1\na: 2\n", 0),
    (".dask/config.yaml", "a: [\n", None),
    ("pyproject.toml", "[a]\nb = 1\n", 0),
    ("pyproject.toml", "[a]\nb = \n", None),
    ("Pipfile", "[packages]\na = '*'\n", 0),
    ("Pipfile", "[packages\n", None),
    ("Project.toml", "a = [1, 'b']\n", None),
    ("a.json", "{}", 0),
    ("a.json", "{", None),
    ("Pipfile.lock", "{]", None),
    ("Dockerfile", "FROM a\nRUN b && \\\n  c\n", 0),
    ("binder/Dockerfile", "FROM a\nRUN b && \\\n\nC d\n", 0),
    ("Dockerfile", "FROM a\nRUNN b\nRUN (c\nRUN d &; e\n", 3),
    ("Dockerfile", "FROM a\nONBUILD RUN (b\n", 0),
    ("requirements.txt", "a==1\n-e .\n", 0),
    ("docs/requirements-dev.txt", "a=1\nb c\nd\n", 2),
    ("requirements.txt", b"a\xff\n", None),
    ("a.ipynb", notebook("# %%\n1\n# %%\n!pip install x\n# %%\n%%bash\nif\n", [], "python"), 0),
    ("a.ipynb", notebook("# %%\n1 +\n# %%\nif x:\n", [], "python"), 2),
    ("a.ipynb", notebook("# %%\n1 +\n", [], "r"), 0),
    ("a.ipynb", "{", None),
    ("a.ipynb", b"\xef\xbb\xbf" + notebook("# %%\n1\n", [], "python"), None),
    ("a.ipynb", json.dumps({"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), 1),
    ("notes.txt", "(((", 0),
]


@pytest.mark.parametrize(("path", "content", "expected"), CASES)
def test_faults(path: str, content: str | bytes, expected: int | None) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    assert faults(Source(path, data)) == expected


def test_links_have_no_faults() -> None:
    assert faults(Source("environment.yml", b"[", SYMLINK)) == 0


def test_what_is_nested_too_deeply_is_not_read() -> None:
    assert faults(Source("a.json", b"[" * 200_000)) is None
    assert faults(Source("conf.py", b"(" * 200_000)) is None
