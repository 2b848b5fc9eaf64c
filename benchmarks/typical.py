"""Typical: writes the typical repository, which the goals of speed are about: 10 configuration files and 5 notebooks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

_FILES = {
    "README.md": "# Tides\n\n[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ocean/tides/HEAD?labpath=notebooks%2F01.ipynb)\n\n"
    + "Notebooks about tides, with data of a gauge.\n" * 40,
    "binder/environment.yml": """\
name: tides
channels:
  - conda-forge
dependencies:
  - python=3.11
  - numpy=1.26.4
  - pandas=2.2.2
  - xarray=2024.6.0
  - dask=2024.6.2
  - dask-gateway=2024.1.0
  - matplotlib=3.9.0
  - pip
  - pip:
      - tidegauge==0.4.1
      - 'pywin32==306; sys_platform == "win32"'
""",
    "binder/apt.txt": "graphviz\nlibgl1\n",
    "binder/postBuild": "#!/bin/bash\nset -e\npip install --no-deps .\npython -m ipykernel install --sys-prefix --name tides\n",
    "binder/start": '#!/bin/bash\nexport DASK_GATEWAY__ADDRESS="https://hub.example.org/services/dask-gateway"\nsed -e "s#@IMAGE@#$JUPYTER_IMAGE#" ~/dask.yaml > ~/dask.real.yaml\nexec "$@"\n',
    ".dask/config.yaml": """\
distributed:
  dashboard:
    link: "/user/{JUPYTERHUB_USER}/proxy/{port}/status"
  worker:
    memory: {target: 0.8, spill: 0.9}
gateway:
  cluster:
    options: {image: "{JUPYTER_IMAGE}"}
""",
    "requirements.txt": "numpy==1.26.4\npandas==2.2.2\nxarray==2024.6.0\nmatplotlib==3.9.0\n",
    "pyproject.toml": """\
[build-system]
requires = ["setuptools>=64"]
build-backend = "setuptools.build_meta"

[project]
name = "tides"
version = "0.3.0"
requires-python = ">=3.10"
dependencies = ["numpy", "pandas"]
""",
    "_config.yml": "title: Tides\nauthor: A. Sailor\nrepository:\n  url: https://github.com/ocean/tides\nlaunch_buttons:\n  binderhub_url: https://mybinder.org\n",
    "_toc.yml": "format: jb-book\nroot: index\nchapters:\n  - file: notebooks/01\n  - file: notebooks/02\n",
    "index.md": "# Tides\n\nStart with the first notebook.\n",
    "tides/__init__.py": '"""Tides."""\n\nfrom tides.gauge import read\n',
    "tides/gauge.py": "import pandas as pd\n\n\ndef read(path):\n    return pd.read_csv(path)\n",
    "LICENSE": "MIT\n" * 20,
    ".gitignore": "__pycache__/\n.ipynb_checkpoints/\n*.nc\n",
    ".github/workflows/test.yml": "name: test\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n",
}
_PICTURE = "iVBORw0KGgo" + "aGVsbG8gd29ybGQ" * 1400


def write(folder: Path) -> None:
    """Write the repository into an empty folder, and commit it."""
    for path, text in _FILES.items():
        _put(folder / path, text)
    for name in ("binder/postBuild", "binder/start"):
        (folder / name).chmod(0o755)
    for number in range(1, 6):
        _put(folder / f"notebooks/{number:02}.ipynb", json.dumps(_notebook(number), indent=1))
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Tides"]):
        identity = ["-c", "user.name=A. Sailor", "-c", "user.email=sailor@example.org"]
        subprocess.run(["git", "-C", str(folder), *identity, *command], check=True)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def _notebook(number: int) -> dict[str, object]:
    """A notebook of 110 KB: a page of text, code with imports, and pictures in its outputs."""
    cells: list[dict[str, object]] = [
        _text("# Tides\n"),
        _code(1, "import numpy as np\nimport pandas as pd\nimport xarray as xr\n"),
    ]
    for count in range(2, 16):
        cells.append(_text(f"## Step {count}\n\nThe level of the gauge in the week {count}.\n"))
        picture = _PICTURE if count % 3 == number % 3 else ""
        cells.append(_code(count, f"level = np.arange({count})\nframe = pd.DataFrame(level)\nframe.plot()\n", picture))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}


def _text(source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(count: int, source: str, picture: str = "") -> dict[str, object]:
    data = {"text/plain": ["<Figure>"], **({"image/png": picture} if picture else {})}
    outputs = [{"output_type": "display_data", "data": data, "metadata": {}}] if count > 1 else []
    lines = source.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": count, "metadata": {}, "outputs": outputs, "source": lines}
