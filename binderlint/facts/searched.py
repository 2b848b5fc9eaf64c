"""Searched: the files in which secrets are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Source

MOST = 5_000_000  # bytes; what is larger is data


TEXT = regex(
    r"\.(?:py|r|rmd|qmd|jl|sh|ipynb|md|rst|txt|ya?ml|toml|cfg|ini|conf|json|js|env\w*|pem|key|ppk|asc|p8)$|(?:^|/)(?:[^./]+|\.[^/]+)$",
    re.IGNORECASE,
)


TESTS = regex(r"(?:^|/)(?:tests?|testing|fixtures?|testdata|test_data|node_modules|vendor|examples?/certs)/", re.I)


def searched_texts(repo: Snapshot) -> Iterator[Source]:
    for source in repo.files:
        if TEXT.search(source.path) and not TESTS.search(source.path):
            if len(source.data) < MOST and b"\0" not in source.data[:1000]:
                yield source
