"""The scorer counts what is named and what is a false alarm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outcomes import kind_of, outcomes, score

CODE = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(source: str) -> str:
    return json.dumps({"cells": [{**CODE, "source": [source]}], "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def trees(tmp_path: Path) -> Path:
    """A repository without an environment of which one notebook fails, and one with an environment whose notebook looks as if it failed."""
    for name, files in {
        "ocean+waves": {"a.ipynb": notebook("import xgboost"), "b.ipynb": notebook("import praw")},
        "ocean+tides": {"a.ipynb": notebook("open('/home/maria/a.csv')"), "requirements.txt": "numpy==1.26.4\n"},
    }.items():
        for path, text in files.items():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / path).write_text(text, "utf-8")
    return tmp_path


RECORDS = [
    {
        "repo": "ocean/waves",
        "build": True,
        "notebooks": [
            {"path": "a.ipynb", "ok": False, "error": ["ModuleNotFoundError", "No module named 'xgboost'"]},
            {"path": "b.ipynb", "ok": False, "error": ["ModuleNotFoundError", "No module named 'tidegauge'"]},
        ],
    },
    {"repo": "ocean/tides", "build": True, "notebooks": [{"path": "a.ipynb", "ok": True}]},
    {"repo": "ocean/gone", "build": False, "notebooks": []},
]


def test_a_list_that_is_not_used_names_its_modules(tmp_path: Path) -> None:
    for path, text in {"a.ipynb": notebook("import bs4"), "work/requirements.txt": "beautifulsoup4\n"}.items():
        (tmp_path / "ocean+waves" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ocean+waves" / path).write_text(text, "utf-8")
    errors = [["ModuleNotFoundError", f"No module named '{name}'"] for name in ("bs4", "tidegauge")]
    records = [{"repo": "ocean/waves", "build": True, "notebooks": [{"path": "a.ipynb", "ok": False, "error": one} for one in errors]}]  # fmt: skip
    counts, _ = score(tmp_path, records)
    assert (counts["module", "n"], counts["module", "named"]) == (2, 1)


def test_score(trees: Path) -> None:
    counts, lines = score(trees, RECORDS)
    assert counts == {
        ("repositories", "n"): 2,
        ("repositories", "no environment"): 1,
        ("module", "n"): 2,
        ("module", "named"): 1,
        ("module", "named with an environment"): 1,
        ("ran", "n"): 1,
        ("ran", "false alarm"): 1,
    }
    assert [line.split()[:3] for line in lines] == [
        ["miss", "module", "ocean/waves"],
        ["alarm", "ocean/tides", "a.ipynb:"],
    ]


def test_table(trees: Path) -> None:
    records = trees / "records.jsonl"
    records.write_text("".join(f"{json.dumps(one)}\n" for one in RECORDS), "utf-8")
    command = [sys.executable, "-m", "tests.outcomes", str(trees), str(records), "--list"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "| module | 2 | 1 | 1 |" in printed and "1 notebooks ran, 1 with a false alarm" in printed


@pytest.mark.parametrize(
    ("name", "words", "kind"),
    [
        ("ImportError", "No module named sklearn.cross_validation", ("module", "sklearn")),
        ("ModuleNotFoundError", "No module named 'sklearn.cross_validation'", ("removed name", "No module named 'sklearn.cross_validation'")),
        ("NoSuchKernel", "ir", ("kernel", "ir")),
        ("SyntaxError", "invalid syntax", ("Python 2", "invalid syntax")),
        ("ImportError", "libGL.so.1: cannot open shared object file", ("library", "libGL.so.1: cannot open shared object file")),
        ("AttributeError", "module 'tensorflow' has no attribute 'Session'", ("removed name", "module 'tensorflow' has no attribute 'Session'")),
        ("FileNotFoundError", "a.csv", ("missing file", "a.csv")),
        ("NameError", "x", ("undefined name", "x")),
        ("UsageError", "Line magic function `%` not found.", ("magic", "Line magic function `%` not found.")),
    ],
)  # fmt: skip
def test_kinds(name: str, words: str, kind: tuple[str, str]) -> None:
    assert kind_of(name, words) == kind


def test_runs_that_do_not_count() -> None:
    failed = [
        {"path": "a.ipynb", "ok": False, "error": ["TimeoutError", "Cell execution timed out"]},
        {"path": "b.ipynb", "ok": False, "error": ["StdinNotImplementedError", "raw_input was called"]},
        {"path": ".ipynb_checkpoints/c-checkpoint.ipynb", "ok": True},
        {"path": "c.ipynb", "ok": True},
        {
            "path": "d.ipynb",
            "ok": False,
            "error": ["FileNotFoundError", "[Errno 2] No such file or directory: 'd.ipynb'"],
        },
        {
            "path": "e.ipynb",
            "ok": False,
            "error": ["FileNotFoundError", "[Errno 2] No such file or directory: 'x.csv'"],
        },
    ]
    assert [one.path for one in outcomes({"notebooks": failed})] == ["c.ipynb", "e.ipynb"]
