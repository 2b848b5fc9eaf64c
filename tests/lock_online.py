"""lock and try against the real index of packages, by hand: `python -m tests.lock_online`, with `--install` into environments of those Pythons, with `--try` through `binderlint try --run`.

Small repositories whose requirements have no versions, as people wrote them in three years. Each is locked as of its day, once more (which must change
nothing), and with `--full`; what numpy is then is known. `--install` installs what was locked with pip and imports it, where this computer has the Python.
`--try` has a notebook import it beside the real JupyterLab, which then answers for the notebook of a launch link.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from contextlib import redirect_stdout
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


def tried(case: Case, folder: Path) -> str:
    """Try what was locked, its notebook and its launch link; what came of it, in words."""
    if find_python(case.python) is None:
        return f"no Python {case.python} here"
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    source = "\n".join(f"import {one}" for one in case.modules.split())
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python"}}
    notebook = {"cells": [{**cell, "source": source}], "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}
    (folder / "a.ipynb").write_text(json.dumps(notebook))
    (folder / "README.md").write_text("https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab%2Ftree%2Fa.ipynb\n")
    start, said = time.monotonic(), io.StringIO()
    with redirect_stdout(said):
        code = main(["try", str(folder), "--run", "--format", "json"])
    found = json.loads(said.getvalue())["attempts"]
    assert any(one["what"] == "/lab/tree/a.ipynb" and one["result"] == "works" for one in found), found
    failed = [f"{one['what']}: {one['message']}" for one in found if one["result"] == "fails"]
    assert code == bool(failed)
    works = sum(one["stage"] == "imports" and one["result"] == "works" for one in found)
    return f"tried in {time.monotonic() - start:.0f} s, {works} imports work; {failed or 'nothing fails'}"


def run(install: bool, trial: bool) -> None:
    """All cases, one after the other."""
    rows = []
    with TemporaryDirectory() as temporary:
        for case in CASES:
            folder = Path(temporary, case.day)
            row = f"{case.day}, Python {case.python}: locked in {locked(case, folder):.1f} s"
            rows.append(f"{row}{f'; {installed(case, folder)}' if install else ''}")
            rows += [f"  {tried(case, folder)}"] if trial else []
    print("\n".join(rows))


if __name__ == "__main__":
    run("--install" in sys.argv[1:], "--try" in sys.argv[1:])
