"""Searched: the files in which secrets are looked for."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.snapshot import Snapshot
from binderlint.source import Source, stands_in

MOST = 5_000_000  # bytes; what is larger is data


_TEXT = frozenset(
    [
        "py",
        "r",
        "rmd",
        "qmd",
        "jl",
        "sh",
        "ipynb",
        "md",
        "rst",
        "txt",
        "yaml",
        "yml",
        "toml",
        "cfg",
        "ini",
        "conf",
        "json",
        "js",
        "pem",
        "key",
        "ppk",
        "asc",
        "p8",
    ]
)
_TESTS = frozenset(
    ["test", "tests", "testing", "fixture", "fixtures", "testdata", "test_data", "node_modules", "vendor"]
)


@fact
def searched_texts(repo: Snapshot) -> tuple[Source, ...]:
    """The texts of the repository's own."""
    found = (source for source in repo.files if _is_searched(source.path.casefold()))
    return tuple(one for one in found if len(one.data) < MOST and b"\0" not in one.data[:1000])


def _is_searched(path: str) -> bool:
    """Whether a file of this path, in small letters, is a text of the repository's own, and no example for a test."""
    name = path.rpartition("/")[2]
    end = name.rpartition(".")[2]
    environment = end.startswith("env") and end.replace("_", "x").isalnum()  # .env, .env_local
    if "." in name[1:] and not name.startswith(".") and end not in _TEXT and not environment:
        return False
    return not stands_in(path, _TESTS) and not (
        "/certs/" in path and any(f"/{folder}/certs/" in f"/{path}" for folder in ("example", "examples"))
    )
