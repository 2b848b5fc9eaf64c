"""Notebooks: those that visitors may open."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.launch.launched import own_links
from binderlint.facts.parsed import notebook_of
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.snapshot import Snapshot
from binderlint.source import Source, stands_in

NOTEBOOK_ENDINGS = (".ipynb", ".Rmd")
"""How the names of notebooks of Jupyter and of R Markdown end."""
# Copies, build results and test data, which nobody opens on Binder.
_ASIDE = frozenset(
    [
        ".ipynb_checkpoints",
        ".virtual_documents",
        "_build",
        "node_modules",
        "test",
        "tests",
        "testing",
        "fixture",
        "fixtures",
        "site-packages",
    ]
)


# A folder or a file named after Google Colab.
_FOR_COLAB = regex(r"(?:^|[/_. -])(?:google)?colab(?:oratory)?s?(?=[/_. -])")
# R Markdown that R reads as a part of a package.
_OF_PACKAGE = regex(r"(?:vignettes|inst|man|revdep)/")
# The head of a text that Jupytext opens as a notebook: YAML, in scripts behind `#`.
_TEXT_HEAD = regex(r"(?:# )?---\r?\n(?:(?!(?:# )?---)[^\n]*\n){0,40}?#?[ ]*jupytext:[ ]*\r?\n")


@fact
def text_notebooks(repo: Snapshot) -> tuple[Source, ...]:
    """The Markdown files and scripts that say in their head that Jupytext opens them as notebooks."""
    named = (source for source in repo.files if source.name.endswith((".md", ".py", ".R", ".jl")))
    return tuple(
        source
        for source in named
        if b"jupytext" in source.data[:2000]
        and not stands_in(source.path.casefold(), _ASIDE)
        and _TEXT_HEAD.match(source.text[:4000].removeprefix("\ufeff"))
    )


@fact
def r_markdown(repo: Snapshot) -> tuple[Source, ...]:
    """The R Markdown documents that visitors may open: none of those of a package, and no README."""
    named = (source for source in repo.files if source.name.endswith(NOTEBOOK_ENDINGS[1]))
    return tuple(
        source
        for source in named
        if source.name != "README.Rmd"
        and not stands_in(source.path.casefold(), _ASIDE)
        and not _OF_PACKAGE.match(source.path)
    )


@fact
def julia_notebooks(repo: Snapshot) -> tuple[PlainNotebook, ...]:
    """The notebooks in Julia that visitors may open."""
    return tuple(page for page in shown_notebooks(repo) if page.language == "julia")


@fact
def shown_notebooks(repo: Snapshot) -> tuple[PlainNotebook, ...]:
    """The notebooks that visitors may open: not those of tests, builds and checkpoints, nor copies for Google Colab."""
    sources = (source for source in repo.files if source.name.endswith(".ipynb"))
    return tuple(
        notebook_of(repo, source)
        for source in sources
        if not stands_in(source.path.casefold(), _ASIDE) and not (is_for_colab(source.path) and _opens_others(repo))
    )


def for_ipython(page: PlainNotebook) -> bool:
    """Whether a notebook runs in IPython as it is installed, and in nothing that adds names or another language."""
    known = page.kernel in ("", "python", "python3", "ipykernel") or page.kernel.startswith("conda")
    return page.is_python and known


def _opens_others(repo: Snapshot) -> bool:
    """Whether the launch links open files or folders, and none that is named after Google Colab."""
    opened = [path for link in own_links(repo) if (path := link.address.opens[1])]
    return bool(opened) and not any(map(is_for_colab, opened))


def is_for_colab(path: str) -> bool:
    """Whether a file or one of its folders is named after Google Colab."""
    path = path.casefold()
    return "colab" in path and _FOR_COLAB.search(path) is not None
