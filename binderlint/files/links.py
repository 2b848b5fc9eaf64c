"""Launch links: what BinderHub makes of the badges and links in documentation, notebooks and configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository


class Link(NamedTuple):
    """A launch link or badge image, with the place of its address."""

    url: Text


def find_links(repo: Repository) -> Iterator[Link]:
    """Every launch link of a repository."""
    import re

    for source in repo.sources.values():
        if source.name.lower().endswith((".md", ".rst", ".ipynb", ".html")):
            for found in re.finditer(r"https?://[\w.]*mybinder\.org/[^\s)\"'>\\]*", source.text):
                yield Link(source.slice(*found.span()))
