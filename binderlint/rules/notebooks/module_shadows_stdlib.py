"""module-shadows-stdlib: A file has the name of a module that Jupyter needs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from binderlint.data import listed_words
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot

# Packages of the server and the kernel themselves.
# Packages that the server loads. Kernels load theirs before they look into the current folder (ipykernel_launcher).
_JUPYTER = frozenset({"jupyterlab", "jupyter_server", "jupyter_client", "jupyter_core", "notebook", "notebook_shim", "traitlets", "tornado", "zmq", "nbformat", "nbconvert"})  # fmt: skip


class ModuleShadowsStdlib(Rule):
    code = "NBK007"
    severity = Severity.WARNING
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:

        names = listed_words("startup_modules.txt") | _JUPYTER
        notebooks = {posixpath.dirname(one.source.path) for one in shown_notebooks(repo) if one.is_python}
        for path, source in repo.sources.items():
            folder, name = posixpath.split(path)
            if name == "__init__.py":
                folder, name = posixpath.split(folder)
            elif name.endswith(".py"):
                name = name[:-3]
            else:
                continue
            if name in names and (not folder or (folder in notebooks and name not in _JUPYTER)):
                where = (
                    "the server and kernels import" if not folder else "the kernels of the notebooks beside it import"
                )
                kind = "folder" if source.name == "__init__.py" else "file"
                yield self.at(
                    source.place(0, 0),
                    f"{where[0].upper()}{where[1:]} this {kind} instead of Python's own `{name}`, and may not start"
                    if name not in _JUPYTER
                    else f"The server imports this {kind} instead of the package `{name}`, and may not start",
                    help=f"Rename the {kind}",
                )
