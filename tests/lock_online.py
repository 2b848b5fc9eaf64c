"""lock against the real index of packages, by hand: `python -m tests.lock_online`, and with `--install` into environments of those Pythons.

Small repositories whose requirements have no versions, as people wrote them in three years. Each is locked as of its day, once more (which must change
nothing), and with `--full`; what numpy is then is known. `--install` installs what was locked with pip and imports it, where this computer has the Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from binderlint.cli import main
from binderlint.lock.moment import read_moment
from binderlint.lock.pip import Learnt
from binderlint.lock.together import Resolved, resolve_all
from binderlint.outside.programs import find_python
from binderlint.snapshot import Snapshot


class Case(NamedTuple):
    """A repository of a day: what it lists, the Python it names, a version that is known, and what its notebooks import."""

    day: str
    python: str
    packages: str
    known: str
    modules: str


CASES = (
    Case("2018-12-01", "3.7", "numpy pandas matplotlib scipy scikit-learn seaborn bokeh future requests[security]", "numpy==1.15.4", "numpy pandas matplotlib.pyplot scipy.stats sklearn.linear_model seaborn bokeh.plotting future requests OpenSSL"),
    Case("2020-06-01", "3.8", "numpy pandas xarray dask[array] netCDF4 plotly numba sympy nltk tqdm", "numpy==1.18.4", "numpy pandas xarray dask.array netCDF4 plotly.express numba sympy nltk tqdm"),
    Case("2022-01-01", "3.9", "numpy pandas geopandas altair scikit-image statsmodels wordcloud folium", "numpy==1.22.0", "numpy pandas geopandas altair skimage.io statsmodels.api wordcloud folium"),
)  # fmt: skip


def locked(case: Case, folder: Path) -> float:
    """Lock a repository in a new folder and give the seconds that it took; what must hold is asserted."""
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    requirements = folder / "requirements.txt"
    requirements.write_text("".join(f"{one}  # unpinned\n" for one in case.packages.split()))
    (folder / "runtime.txt").write_text(f"python-{case.python}\n")
    start = time.monotonic()
    assert main(["lock", str(folder), "--as-of", case.day]) == 0
    took = time.monotonic() - start
    lines = requirements.read_text().splitlines()
    assert f"{case.known}  # unpinned" in lines and all("==" in line for line in lines)
    for arguments in (["--check"], ["--full"], ["--full", "--check"]):
        assert main(["lock", str(folder), "--as-of", case.day, *arguments]) == 0
    return took


def installed(case: Case, folder: Path) -> str:
    """Install what was locked, and import it; what came of it, in words."""
    python = find_python(case.python)
    if python is None:
        return f"no Python {case.python} here"
    start = time.monotonic()
    own = folder / "environment" / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "venv", folder / "environment"], check=True)
    found = resolve_all(Snapshot.from_folder(folder), case.python, read_moment(case.day, folder), False, Learnt())
    assert isinstance(found, Resolved)  # all versions, those that Binder's own environment would hold included
    (folder / "all.txt").write_text("".join(f"{one.name}=={one.version}\n" for one in found.pins))
    done = subprocess.run([own, "-m", "pip", "install", "-q", "-r", "all.txt"], cwd=folder, capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode:
        return f"{len(found.pins)} pins; pip failed: {done.stderr[-1500:]}"
    took, size = time.monotonic() - start, sum(one.lstat().st_size for one in (folder / "environment").rglob("*"))
    failed = [one for one in case.modules.split() if subprocess.run([own, "-W", "ignore", "-c", f"import {one}"], capture_output=True, check=False).returncode]  # fmt: skip
    return f"{len(found.pins)} pins installed in {took:.0f} s ({size / 1e6:.0f} MB); " + (
        f"not imported: {failed}" if failed else "all imported"
    )


def run(install: bool) -> None:
    """All cases, one after the other."""
    rows = []
    with TemporaryDirectory() as temporary:
        for case in CASES:
            folder = Path(temporary, case.day)
            row = f"{case.day}, Python {case.python}: locked in {locked(case, folder):.1f} s"
            rows.append(f"{row}{f'; {installed(case, folder)}' if install else ''}")
    print("\n".join(rows))


if __name__ == "__main__":
    run("--install" in sys.argv[1:])
