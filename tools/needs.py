"""Needs: asks pip what old releases of common packages require of others with an upper end, and writes binderlint/data/needs.tsv.

    python -m tools.needs [PACKAGE ...]

It needs pip 25.1 or newer. Of each minor version the first and the last release are asked; where the two agree, so do the ones between. Without packages, all of the table are asked anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone

from packaging.requirements import Requirement
from packaging.version import Version

from binderlint.data import DATA, rows
from binderlint.facts.environment.held import is_out_of_reach
from binderlint.read.requirements import canonical
from tools.wheels import offered

_TABLE = DATA / "needs.tsv"
_PYTHON = "3.8"
_PYTHONS = tuple(f"3.{minor}" for minor in range(8, 15))
_ABOUT = """\
# What old releases of common packages require of others, where no release of these that is allowed has a ready-made build for some Python. needs: as the wheels say (Requires-Dist), without conditions.
# Written by tools/needs.py on {day}, which asked pip for Python {python}: of each minor version the first and the last release. first, last: both ends are in it, and the ones between where the two agree.
package\tfirst\tlast\tneeds
"""


def required(pins: Mapping[str, str]) -> dict[str, list[str]]:
    """The requirements of releases, such as `{"fastai": "2.5.0"}`, by package; without those that pip cannot find as a wheel."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--ignore-installed"]
        command += ["--target", folder, "--only-binary", ":all:", "--python-version", _PYTHON, "--report", "-"]
        done = subprocess.run(
            [*command, *(f"{name}=={version}" for name, version in pins.items())],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        answers = [one["metadata"] for one in json.loads(done.stdout)["install"]]
        return {canonical(one["name"]): one.get("requires_dist", []) for one in answers}
    if len(pins) == 1:
        return {}
    half = list(pins.items())
    return required(dict(half[: len(half) // 2])) | required(dict(half[len(half) // 2 :]))


def needs(requirements: list[str]) -> str:
    """Those of a release's requirements that some Python cannot meet with ready-made builds, as the table has them."""
    kept = []
    for written in requirements:
        one = Requirement(written)
        if not one.marker and not one.url and one.specifier:
            text = f"{canonical(one.name)}{one.specifier}".replace(" ", "")
            if any(is_out_of_reach(text, python) for python in _PYTHONS):
                kept.append(text)
    return " ".join(sorted(kept))


def main(names: list[str]) -> None:
    before = list(rows("needs.tsv"))
    names = names or sorted({row[0] for row in before})
    ends: dict[str, list[list[str]]] = {}
    for name in names:
        series: dict[tuple[int, ...], list[str]] = {}
        for version in sorted(offered(name, _PYTHON, "--only-binary", ":all:")):
            series.setdefault(version.release[:2], []).append(str(version))
        ends[name] = list(series.values())
        print(name, len(ends[name]), flush=True)
    asked = [(name, version) for name in names for one in ends[name] for version in dict.fromkeys((one[0], one[-1]))]
    found: dict[tuple[str, str], str] = {}
    while asked:
        pins = dict(reversed(asked))  # one release of each package
        for name, written in required(pins).items():
            found[name, pins[name]] = needs(written)
        asked = [one for one in asked if one not in pins.items()]
        print(len(asked), flush=True)
    table = [tuple(row) for row in before if row[0] not in names]
    for name in names:
        for first, *_, last in ([*one, one[-1]] for one in ends[name]):
            low, high = found.get((name, first), ""), found.get((name, last), "")
            runs = [(first, last, low)] if low == high else [(first, first, low), (last, last, high)]
            table += [(name, *run) for run in runs if run[2]]
    day = datetime.now(timezone.utc).strftime("%-d %B %Y")
    lines = "".join("\t".join(row) + "\n" for row in sorted(table, key=lambda row: (row[0], Version(row[1]))))
    _TABLE.write_text(_ABOUT.format(python=_PYTHON, day=day) + lines, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
