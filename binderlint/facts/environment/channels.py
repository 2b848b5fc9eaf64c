"""Channels: where environment.yml has conda look for packages."""

from __future__ import annotations

from binderlint.facts.environment.mapping import environment_mapping
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Text

# Anaconda's own channels: `defaults`, its parts, and their addresses. `free` has a rule of its own.
ANACONDA = regex(
    r"defaults|anaconda|main|r|msys2|pkgs/(?:main|r|msys2)"
    r"|https?://(?:repo\.anaconda\.com|repo\.continuum\.io)/pkgs/(?:main|r|msys2)/?"
    r"|https?://conda\.anaconda\.org/(?:anaconda|main|r)/?"
)


def channel_list(repo: Snapshot) -> Array | None:
    environment = environment_mapping(repo)
    value = environment.get("channels") if environment else None
    return value if isinstance(value, Array) else None


# Channels whose packages are known well enough.
_KNOWN = regex(r"conda-forge|defaults|main|r|anaconda|bioconda|pytorch|nvidia|nodefaults")


def has_other_channel(repo: Snapshot) -> bool:
    """Whether environment.yml names a channel of which nobody knows what it holds."""
    channels = [str(one) for one in channel_list(repo) or () if isinstance(one, Text)]
    return not all(one == "conda-forge" or _KNOWN.fullmatch(one) for one in channels)


# Names that are looked up as somebody's account on anaconda.org (`default`, `pypi`), or not found.
NOT_A_CHANNEL = {
    "default": "`default` is not Anaconda's channel, which is called `defaults`",
    "conda_forge": "`conda_forge` is not the channel `conda-forge`",
    "condaforge": "`condaforge` is not the channel `conda-forge`",
    "pip": "`pip` is a program, not a conda channel",
    "pypi": "`pypi` is where pip gets its packages, not a conda channel",
}
