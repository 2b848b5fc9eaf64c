"""R brings: asks Debian's lists what packages of R need and how their names are written, and writes binderlint/data/r_brings.tsv and r_names.txt.

    python -m tools.r_brings [CONTENTS ...]

It needs apt with current lists (`apt-get update`) and no network of its own. Debian's dependencies of `r-cran-*` are the Imports, Depends and LinkingTo of the packages on CRAN. A package of R lies in
a folder of its name, which has to be written as CRAN writes it: r_names.txt is read from the lists of the files of all packages, `Contents-all.gz` and `Contents-amd64.gz` of the release, where they
are named.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from binderlint.data import DATA

_TABLE = DATA / "r_brings.tsv"
_NAMES = DATA / "r_names.txt"
_NAME = re.compile(r"r-(?:cran|bioc)-([a-z0-9.+-]+)")
_ABOUT = """\
# Packages of R and what they need of other packages, in lower case; all of Debian's r-cran-* and r-bioc-*, whose dependencies are the Imports, Depends and LinkingTo of the packages.
# Source: the list of packages of {release} on {day}, read by tools/r_brings.py.
package\tbrings
"""
_ABOUT_NAMES = """\
# Packages of CRAN as it writes their names; all of Debian's r-cran-*.
# Source: the folders of the packages in the lists of files of {release} on {day}, read by tools/r_brings.py.
"""
_FOLDER = re.compile(r"^usr/lib/R/(?:site-)?library/([A-Za-z][A-Za-z0-9.]*)/DESCRIPTION\s+(\S+)$", re.MULTILINE)


def needs(available: str) -> dict[str, set[str]]:
    """Each package of R in a list of packages (`apt-cache dumpavail`), and those that it depends on."""
    found: dict[str, set[str]] = {}
    for stanza in available.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.MULTILINE))
        name = _NAME.fullmatch(fields.get("Package", ""))
        if name:
            found[name[1]] = set(_NAME.findall(fields.get("Depends", ""))) - {name[1]}
    return found


def names(contents: str) -> list[str]:
    """The packages of CRAN in a list of files and the packages that they are of, as CRAN writes their names."""
    found = {name for name, packages in _FOLDER.findall(contents) if f"/r-cran-{name.lower()}" in packages}
    return sorted(found, key=str.lower)


def written(found: dict[str, set[str]], release: str, day: str) -> str:
    """The table, in the order of the names."""
    lines = "".join(f"{name}\t{' '.join(sorted(found[name]))}\n" for name in sorted(found))
    return _ABOUT.format(release=release, day=day) + lines


def run(command: Iterable[str]) -> str:
    return subprocess.run([*command], capture_output=True, text=True, check=True).stdout


def main(contents: list[str]) -> None:
    available = run(["apt-cache", "dumpavail"])
    release = re.search(r'^PRETTY_NAME="(.*)"$', run(["cat", "/etc/os-release"]), re.MULTILINE)
    day = datetime.now(timezone.utc).strftime("%-d %B %Y")
    system = release[1] if release else "Debian"
    _TABLE.write_text(written(needs(available), system, day), "utf-8")
    if contents:
        files = "".join(gzip.decompress(Path(one).read_bytes()).decode() for one in contents)
        words = textwrap.fill(" ".join(names(files)), 150, break_on_hyphens=False)
        _NAMES.write_text(_ABOUT_NAMES.format(release=system, day=day) + words + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
