"""Pythons: the release of each Python that repo2docker installs."""

from __future__ import annotations

from binderlint.data import pairs


def python_release(minor: str) -> str:
    """`3.7.12` for `3.7`: what pip compares Requires-Python with; a version that repo2docker does not have as it is."""
    return pairs("python_releases.tsv").get(minor, minor)
