"""R brings: asks Debian's list of packages what packages of R need, and writes binderlint/data/r_brings.tsv.

    python -m tools.r_brings

It needs apt with current lists (`apt-get update`) and no network of its own. Debian's dependencies of `r-cran-*` are the Imports, Depends and LinkingTo of the packages on CRAN.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from datetime import datetime, timezone

from binderlint.data import DATA

_TABLE = DATA / "r_brings.tsv"
_NAME = re.compile(r"r-(?:cran|bioc)-([a-z0-9.+-]+)")
_ABOUT = """\
# Packages of R and what they need of other packages, in lower case; all of Debian's r-cran-* and r-bioc-*, whose dependencies are the Imports, Depends and LinkingTo of the packages.
# Source: the list of packages of {release} on {day}, read by tools/r_brings.py.
package\tbrings
"""


def needs(available: str) -> dict[str, set[str]]:
    """Each package of R in a list of packages (`apt-cache dumpavail`), and those that it depends on."""
    found: dict[str, set[str]] = {}
    for stanza in available.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.MULTILINE))
        name = _NAME.fullmatch(fields.get("Package", ""))
        if name:
            found[name[1]] = set(_NAME.findall(fields.get("Depends", ""))) - {name[1]}
    return found


def written(found: dict[str, set[str]], release: str, day: str) -> str:
    """The table, in the order of the names."""
    lines = "".join(f"{name}\t{' '.join(sorted(found[name]))}\n" for name in sorted(found))
    return _ABOUT.format(release=release, day=day) + lines


def run(command: Iterable[str]) -> str:
    return subprocess.run([*command], capture_output=True, text=True, check=True).stdout


def main() -> None:
    found = needs(run(["apt-cache", "dumpavail"]))
    release = re.search(r'^PRETTY_NAME="(.*)"$', run(["cat", "/etc/os-release"]), re.MULTILINE)
    day = datetime.now(timezone.utc).strftime("%-d %B %Y")
    _TABLE.write_text(written(found, release[1] if release else "Debian", day), "utf-8")


if __name__ == "__main__":
    main()
