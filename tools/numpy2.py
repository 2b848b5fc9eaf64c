"""NumPy 2: installs releases of packages beside the newest numpy, imports them, and writes binderlint/data/numpy2.tsv.

    python -m tools.numpy2 [PACKAGE ...]

It needs uv and a Python 3.10, for which packages have builds from before and after numpy 2. Each release is installed into a virtual environment of its own, in a temporary folder. Without
packages, all of the table are tried again. Of each minor version the first and the last release are tried, and the ones between where these two differ.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from pathlib import Path

from packaging.version import Version

from binderlint.data import DATA, rows

_TABLE = DATA / "numpy2.tsv"
_PYTHON = "3.10"
_ABOUT = """\
# Releases of packages and numpy 2, which pip installs with them where nothing keeps it away. module: what was imported.
# keeps: releases that ask for a numpy below 2. fails: releases that do not, and that cannot be imported with numpy 2. Ranges have both ends in them; of all other releases nothing is known, or they work.
# Tried with Python {python} and the newest numpy on {day}, by tools/numpy2.py: resolved, installed and imported. tensorflow is too large for that: its `keeps`, those with a numpy below 2.1 or 2.2 included, were read from its metadata,
# and tensorflow-cpu 2.8.0, 2.9.0, 2.11.1 and 2.14.0 were tried by hand on 28 November 2026.
package\tmodule\tkeeps\tfails
"""
_KEEPS, _FAILS, _WORKS, _NONE = "keeps", "fails", "works", "none"


def built(package: str) -> list[str]:
    """The releases of wheels.json that have a build for this Python, as far as it knows, oldest first."""
    row = json.loads((DATA / "wheels.json").read_bytes())["packages"][package]
    first = Version(row.get("first", {}).get(_PYTHON, "0"))
    gone = [(Version(low), Version(high)) for low, high in row["gone"].get(_PYTHON, [])]
    found = map(Version, row["releases"].split())
    return [str(one) for one in found if one >= first and not any(low <= one <= high for low, high in gone)]


def outcome(package: str, module: str, version: str) -> str:
    """What becomes of a release beside an unpinned numpy: it `keeps` numpy below 2, `fails` when it is imported, `works`, or `none` where it has no build or fails for another reason."""
    compiled = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--only-binary", ":all:"]
    asked = f"{package}=={version}\nnumpy\n"
    found = subprocess.run(
        [*compiled, "--python-version", _PYTHON, "-"], input=asked, capture_output=True, text=True, check=False
    )
    if found.returncode:
        return _NONE
    if re.search(r"^numpy==1\.", found.stdout, re.MULTILINE):
        return _KEEPS
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder, "venv", "bin", "python")
        subprocess.run(["uv", "venv", "--quiet", "--python", _PYTHON, str(python.parents[1])], check=True)
        install = ["uv", "pip", "install", "--quiet", "--only-binary", ":all:", "--python", str(python), "-r", "-"]
        subprocess.run(install, input=found.stdout, text=True, check=True)
        tried = subprocess.run([str(python), "-c", f"import {module}"], capture_output=True, text=True, check=False)
    if tried.returncode == 0:
        return _WORKS
    return _FAILS if "numpy" in tried.stderr.rpartition("\n\n")[2] else _NONE


def outcomes(releases: Iterable[str], ask: Callable[[str], str]) -> dict[str, str]:
    """The outcome of each release, oldest first."""
    series: dict[tuple[int, ...], list[str]] = {}
    for release in releases:
        series.setdefault(Version(release).release[:2], []).append(release)
    found = {}
    for ones in series.values():
        ends = {ones[0]: ask(ones[0])}
        if len(ones) > 1:
            ends[ones[-1]] = ask(ones[-1])
        same = len(set(ends.values())) == 1
        for one in ones:
            found[one] = ends[ones[0]] if same else ends[one] if one in ends else ask(one)
    return found


def ranges(found: dict[str, str], kind: str) -> str:
    """The runs of releases of one outcome, as `1.3.3-2.1.0 2.1.3`."""
    runs: list[list[str]] = []
    before = None
    for release, one in found.items():
        if one == kind and before == kind:
            runs[-1][1:] = [release]
        elif one == kind:
            runs.append([release])
        before = one
    return " ".join("-".join(run) for run in runs)


def main(names: list[str]) -> None:
    table = {row[0]: row for row in rows("numpy2.tsv")}
    for name in names or [one for one in table if not one.startswith("tensorflow")]:
        module = table[name][1]
        found = outcomes(built(name), lambda version: outcome(name, module, version))  # noqa: B023
        table[name] = (name, module, ranges(found, _KEEPS), ranges(found, _FAILS))
        print(*table[name], sep="\t", flush=True)
        day = datetime.now(timezone.utc).strftime("%-d %B %Y")
        lines = "".join("\t".join(table[one]) + "\n" for one in sorted(table))
        _TABLE.write_text(_ABOUT.format(python=_PYTHON, day=day) + lines, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
