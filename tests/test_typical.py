"""The typical repository of the benchmarks: how much a check of it compiles and loads, which is most of what it takes (docs/performance.md).

Counts depend on no clock. Who lowers one of them lowers its bound.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import typical

PROGRAM = """
import json
import re
import sys

compiler = re._compiler if hasattr(re, "_compiler") else re.sre_compile
compile, patterns = compiler.compile, []

def counted(pattern, flags=0):
    patterns.append(str(pattern))
    return compile(pattern, flags)

compiler.compile = counted
from binderlint.cli import main

main([sys.argv[1]])
print(json.dumps({"patterns": patterns, "modules": list(sys.modules)}))
"""


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The patterns that a check of the typical repository compiles, and the modules that it loads."""
    folder = tmp_path_factory.mktemp("typical")
    typical.write(folder)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_patterns_that_are_compiled(taken: dict[str, list[str]]) -> None:
    assert len(taken["patterns"]) <= 114


def test_modules_of_rules_that_are_loaded(taken: dict[str, list[str]]) -> None:
    assert sum(name.startswith("binderlint.rules.") and name.count(".") == 3 for name in taken["modules"]) <= 146


@pytest.mark.parametrize(
    "library", ["packaging", "yaml", "ruamel.yaml", "nbformat", "requests", "toml", "tomllib", "typing", "subprocess"]
)
def test_libraries_that_it_needs_nothing_of(library: str, taken: dict[str, list[str]]) -> None:
    assert library not in taken["modules"]
