"""NBK: files that hide the modules Jupyter needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.rule import Bad, Good, Rule
from binderlint.rules.notebook_examples import page

if TYPE_CHECKING:
    from binderlint.repository import Repository

# Packages of the server and the kernel themselves.
_JUPYTER = frozenset({"jupyterlab", "jupyter_server", "jupyter_client", "jupyter_core", "notebook", "notebook_shim", "ipykernel", "IPython", "traitlets", "tornado", "zmq", "nbformat", "nbconvert", "comm"})  # fmt: skip


class ModuleShadowsStdlib(Rule):
    """A file has the name of a module that Jupyter needs.

    Python looks in the current folder first. BinderHub starts the server with `python3 -c` in the root of the repository, and a kernel starts in the folder of its notebook. A `random.py`, `types.py` or
    `jupyterlab.py` there is imported instead of the real module. The server then falls back to the classic interface or does not start, and kernels die with an error about a circular import.

    Only modules that Jupyter imports at startup are reported, in the root and in folders with notebooks. A folder without `__init__.py` hides nothing.
    """

    code = "NBK007"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub: helm-chart/binderhub/values.yaml",)
    examples = (
        Bad({"requirements.txt": "numpy\n", "random.py": "# dice\n"}, at="random.py:1", why="A module of Python in the root"),
        Bad({"requirements.txt": "numpy\n", "lessons/a.ipynb": page("1"), "lessons/queue/__init__.py": ""}, at="lessons/queue/__init__.py:1", why="A folder with `__init__.py` beside a notebook"),
        Bad({"binder/requirements.txt": "", "jupyterlab.py": "\n"}, at="jupyterlab.py:1", why="A package of Jupyter in the root"),
        Good({"requirements.txt": "numpy\n", "src/random.py": ""}, why="In a folder without notebooks"),
        Good({"requirements.txt": "numpy\n", "queue/a.txt": ""}, why="A folder without `__init__.py`"),
        Good({"requirements.txt": "numpy\n", "test.py": "", "code.py": "", "math.py": ""}, why="Modules that Python does not import from files"),
        Good({"requirements.txt": "numpy\n", "Random.py": ""}, why="A capital letter"),
        Good({"requirements.txt": "numpy\n", "tests/a.ipynb": page("1"), "tests/random.py": ""}, why="Beside a notebook for tests"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.word_lists import word_list

        names = word_list("startup_modules") | _JUPYTER
        notebooks = {posixpath.dirname(one.source.path) for one in repo.notebooks if one.is_python}
        for path, source in repo.sources.items():
            folder, name = posixpath.split(path)
            if name == "__init__.py":
                folder, name = posixpath.split(folder)
            elif name.endswith(".py"):
                name = name[:-3]
            else:
                continue
            if name in names and (not folder or folder in notebooks):
                where = (
                    "the server and kernels import" if not folder else "the kernels of the notebooks beside it import"
                )
                yield self.at(
                    source.place(0, 0),
                    f"{where[0].upper()}{where[1:]} this file in place of Python's own `{name}`"
                    if name not in _JUPYTER
                    else f"{where[0].upper()}{where[1:]} this file in place of the package `{name}`",
                    help="Give the file another name",
                )
