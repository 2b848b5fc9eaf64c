"""Notebooks: those that visitors may open."""

from __future__ import annotations

import re

from binderlint.fact import fact
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot

NOTEBOOK_ENDINGS = (".ipynb", ".Rmd")
"""How the names of notebooks of Jupyter and of R Markdown end."""
# Copies, build results and test data, which nobody opens on Binder.
_ASIDE = regex(r"(?:^|/)(?:\.ipynb_checkpoints|_build|node_modules|tests?|testing|fixtures?|site-packages)/", re.I)


@fact
def shown_notebooks(repo: Snapshot) -> tuple[PlainNotebook, ...]:
    """The notebooks that visitors may open: not those of tests, builds and checkpoints."""
    sources = (source for source in repo.files if source.name.endswith(".ipynb"))
    return tuple(PlainNotebook(source) for source in sources if not _ASIDE.search(source.path))
