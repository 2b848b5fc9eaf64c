"""Families: what a rule is about, by the first letters of its code and the folder it is in."""

from __future__ import annotations

from binderlint.values import NamedTuple


class Family(NamedTuple):
    """A family of rules: the letters of its codes, its folder below `rules`, and what it is about."""

    prefix: str
    folder: str
    title: str


FAMILIES = (
    Family("LAY", "layout", "Layout: which files Binder reads"),
    Family("CND", "conda", "environment.yml"),
    Family("PIP", "pip", "requirements.txt, pyproject.toml, Pipfile"),
    Family("RUN", "runtime", "runtime.txt"),
    Family("APT", "apt", "apt.txt"),
    Family("PIN", "pins", "Pins and reproducibility"),
    Family("SCR", "scripts", "Scripts: line endings, byte order marks, first lines"),
    Family("STA", "start", "start"),
    Family("PBD", "postbuild", "postBuild"),
    Family("DKR", "docker", "Dockerfile"),
    Family("DSK", "dask", "dask"),
    Family("HUB", "hub", "What a particular hub allows"),
    Family("LNK", "links", "Badges and launch links"),
    Family("NBK", "notebooks", "Notebooks"),
    Family("RLG", "r", "R"),
    Family("JUL", "julia", "Julia"),
    Family("NIX", "nix", "Nix"),
    Family("DAT", "data", "Data, size, submodules, LFS"),
    Family("SEC", "security", "Secrets and security"),
    Family("ONL", "online", "What the web says (`--online`)"),
    Family("BLT", "meta", "About binderlint's own run"),
)
META = "BLT"


def folder_of(code: str) -> str:
    """The folder of the rule with this code."""
    return next(family.folder for family in FAMILIES if code.startswith(family.prefix))
