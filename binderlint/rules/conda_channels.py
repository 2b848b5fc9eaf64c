"""CND: the channels of environment.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import remove, replace
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Array, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

# Anaconda's own channels: `defaults`, its parts, and their addresses. `free` has a rule of its own.
_ANACONDA = regex(
    r"defaults|anaconda|main|r|msys2|pkgs/(?:main|r|msys2)"
    r"|https?://(?:repo\.anaconda\.com|repo\.continuum\.io)/pkgs/(?:main|r|msys2)/?"
    r"|https?://conda\.anaconda\.org/(?:anaconda|main|r)/?"
)
_OPT_IN = regex(r"#.*(?:licen[cs]e|terms|ToS\b|Anaconda|paid|subscription)", re.IGNORECASE)
# Names that are looked up as somebody's account on anaconda.org (`default`, `pypi`), or not found.
_NO_CHANNEL = {
    "default": "`default` is not Anaconda's channel, which is called `defaults`",
    "conda_forge": "`conda_forge` is not the channel `conda-forge`",
    "condaforge": "`condaforge` is not the channel `conda-forge`",
    "pip": "`pip` is a program and no channel",
    "pypi": "`pypi` is where pip gets its packages, and no channel of conda",
}
_LABEL = regex(r"[\w-]+/label/(broken|dev|nightly|rc|main_rc|pre|test|testing|daily)")


class EnvDefaultsChannel(Rule):
    """environment.yml uses Anaconda's `defaults` channel.

    repo2docker starts from conda-forge packages. Adding `defaults` (or its parts `main`, `anaconda`, `r`) mixes two sets of builds that were not made to work together,
    slows down the search for compatible versions, and is subject to Anaconda's terms of service, which require larger organisations to pay. repo2docker itself
    dropped the channel in 2025.

    If a comment beside the channel mentions the licence or the terms, it is a deliberate choice and is not reported.

    ## Fix safety

    The fix removes the channel, or replaces it with conda-forge. It is unsafe: a package that only `defaults` has would no longer be found.
    """

    code = "CND009"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/repo2docker#1365",)
    examples = (
        Bad(
            {"environment.yml": "channels:\n  - conda-forge\n  - defaults\ndependencies: [numpy]\n"},
            at="environment.yml:3:5",
            fixed={"environment.yml": "channels:\n  - conda-forge\ndependencies: [numpy]\n"},
            why="defaults beside conda-forge",
        ),
        Bad(
            {"binder/environment.yml": "channels: [defaults, conda-forge] # ours\r\ndependencies: [numpy]\r\n"},
            at="binder/environment.yml:1:12",
            fixed={"binder/environment.yml": "channels: [conda-forge] # ours\r\ndependencies: [numpy]\r\n"},
            why="defaults first, in brackets",
        ),
        Bad(
            {"environment.yml": "channels:\n  - 'anaconda'\n  - bioconda\ndependencies: [numpy]"},
            at="environment.yml:2:5",
            fixed={"environment.yml": "channels:\n  - conda-forge\n  - bioconda\ndependencies: [numpy]"},
            why="The channel under its name `anaconda`",
        ),
        Bad(
            {
                "environment.yml": "channels:\n  - defaults\n  - https://repo.anaconda.com/pkgs/r\ndependencies: [numpy]\n"
            },
            at=("environment.yml:2:5", "environment.yml:3:5"),
            fixed={"environment.yml": "channels:\n  - conda-forge\ndependencies: [numpy]\n"},
            why="The channel by its address",
        ),
        Bad(
            {"environment.yml": "channels: [conda-forge]\ndependencies: ['defaults::numpy']\n"},
            at="environment.yml:2:17",
            why="One package from defaults",
        ),
        Good(
            {"environment.yml": "channels: [conda-forge, nodefaults]\ndependencies: [numpy]\n"},
            why="nodefaults, which is not a channel",
        ),
        Good(
            {"environment.yml": "channels: [conda-forge, bioconda, r4ds]\ndependencies: [numpy]\n"},
            why="Other channels",
        ),
        Good(
            {"environment.yml": "channels:\n  - defaults  # we have a licence\ndependencies: [numpy]\n"},
            why="A comment says that there is a licence",
        ),
        Good(
            {"environment.yml": "channels: [defaults]\n", "binder/environment.yml": "channels: [conda-forge]\n"},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        channels = _channels(repo)
        for index, channel in enumerate(channels or ()):
            if channels is not None and isinstance(channel, Text) and _ANACONDA.fullmatch(channel):
                if not _OPT_IN.search(_rest_of_line(channel)):
                    yield self.at(
                        channel,
                        f"`{channel}` mixes Anaconda's packages with those of conda-forge, from which Binder starts: slow to solve, hard to repeat, and under Anaconda's terms of service",
                        help="Use conda-forge only",
                        fix=_use_conda_forge(channels, index, Applicability.UNSAFE),
                    )
        for spec in repo.conda_specs:
            if spec.channel and _ANACONDA.fullmatch(spec.channel.partition("/linux-")[0]):
                yield self.at(
                    spec.channel,
                    f"`{spec.channel}::` takes this package from Anaconda's channel, whose builds do not go with those of conda-forge, from which Binder starts",
                    help=f"Write `{spec.name}` without the channel, if conda-forge has it",
                )


class EnvChannelSuspect(Rule):
    """environment.yml lists a channel that is misnamed, abandoned, or broken.

    Every account on anaconda.org is a channel, so conda looks up a name such as `default` (for `defaults`), `pip` or `pypi` without an error. Such a channel has none of the
    packages you want, but its owner could put anything there, and conda would install it. Abandoned channels contain old packages until somebody removes
    them. `conda-forge/label/broken` contains withdrawn packages; labels such as `dev` and `nightly` contain packages that are replaced at any time.

    ## Fix safety

    Removing a name that is not a real channel is safe beside conda-forge. If conda-forge is not listed, the fix writes it instead, which is unsafe.
    """

    code = "CND016"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = (
        "conda/conda#8905",
        "QuantEcon/lecture-python-programming#607",
        "nco/pynco#20",
        "pytorch/pytorch#138506",
        "openmm/openmm#3991",
    )
    examples = (
        Bad(
            {"environment.yml": "channels:\n  - conda-forge\n  - default # ?\n  - pip\ndependencies: [numpy]\n"},
            at=("environment.yml:3:5", "environment.yml:4:5"),
            fixed={"environment.yml": "channels:\n  - conda-forge\ndependencies: [numpy]\n"},
            why="Names that are not channels",
        ),
        Bad(
            {"binder/environment.yml": "channels: [default]\r\ndependencies: [numpy]\r\n"},
            at="binder/environment.yml:1:12",
            fixed={"binder/environment.yml": "channels: [conda-forge]\r\ndependencies: [numpy]\r\n"},
            why="A misspelt `defaults` as the only channel",
        ),
        Bad(
            {"environment.yml": "channels: [conda-forge, ioos, pkgs/free]\n"},
            at=("environment.yml:1:25", "environment.yml:1:31"),
            why="Abandoned channels",
        ),
        Bad(
            {"environment.yml": "channels: [pytorch, conda-forge]\ndependencies: [pytorch]\n"},
            at="environment.yml:1:12",
            why="The channel of PyTorch",
        ),
        Bad(
            {"environment.yml": "channels: [conda-forge/label/broken]\n"},
            at="environment.yml:1:12",
            why="The label for withdrawn packages",
        ),
        Bad(
            {"environment.yml": "channels: [conda-forge]\ndependencies: ['xx/label/dev::numpy']\n"},
            at="environment.yml:2:17",
            why="A label for unfinished packages in front of a package",
        ),
        Good({"environment.yml": "channels: [conda-forge, bioconda]\n"}, why="Channels in good order"),
        Good({"environment.yml": "channels: [conda-forge/label/cf202003]\n"}, why="A label that never changes"),
        Good(
            {"environment.yml": "channels: [pytorch]\ndependencies: [pytorch=1.13]\n"},
            why="The channel still has this old release",
        ),
        Good(
            {"environment.yml": "channels: [https://example.org/pip, ./local]\n"},
            why="Addresses of the author's own channels",
        ),
        Good(
            {"environment.yml": "channels: [default]\n", "binder/environment.yml": "name: x\n"},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        channels = _channels(repo)
        for index, channel in enumerate(channels or ()):
            if channels is None or not isinstance(channel, Text):
                continue
            if channel.lower() in _NO_CHANNEL:
                safe = "conda-forge" in channels
                yield self.at(
                    channel,
                    f"{_NO_CHANNEL[channel.lower()]}: conda finds nothing under this name, or what somebody put there",
                    help="Remove it, or write `conda-forge`",
                    fix=_use_conda_forge(channels, index, Applicability.SAFE if safe else Applicability.UNSAFE),
                )
            else:
                yield from self._doubtful(repo, channel, channel)
        for spec in repo.conda_specs:
            if spec.channel:
                yield from self._doubtful(repo, spec.channel, spec.channel.partition("/linux-")[0])

    def _doubtful(self, repo: Repository, where: Text, channel: str) -> Iterator[Diagnostic]:
        if found := _LABEL.fullmatch(channel):
            label = found.group(1)
            holds = (
                "packages that were withdrawn as broken"
                if label == "broken"
                else "unfinished packages that are replaced at any time"
            )
            yield self.at(where, f"The label `{label}` holds {holds}", help=f"Use `{channel.partition('/')[0]}`")
        name = channel.removeprefix("pkgs/").removeprefix("https://conda.anaconda.org/").rstrip("/")
        name = name.removeprefix("https://repo.anaconda.com/pkgs/")
        if matter := _given_up().get(name):
            if name != "pytorch" or _wants_new_pytorch(repo):
                yield self.at(where, f"The channel `{name}` {matter}", help="Use conda-forge instead")


@lru_cache(maxsize=1)
def _given_up() -> dict[str, str]:
    from pathlib import Path

    table = (Path(__file__).parent.parent / "data" / "conda_channels.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {name: matter for name, _, matter, _ in rows}


def _wants_new_pytorch(repo: Repository) -> bool:
    """Whether environment.yml leaves the release of PyTorch open, or asks for one that the channel does not have."""
    found = [spec for spec in repo.conda_specs if spec.key == "pytorch"]
    return any(not spec.version or spec.admits((2, 6, 0)) is True or spec.admits((2, 9, 0)) is True for spec in found)


def _channels(repo: Repository) -> Array | None:
    value = repo.environment.get("channels") if repo.environment else None
    return value if isinstance(value, Array) else None


def _use_conda_forge(channels: Array, index: int, applicability: Applicability) -> Fix:
    others = [other for number, other in enumerate(channels) if number != index and isinstance(other, Text)]
    written_before = any(
        isinstance(other, Text) and (_ANACONDA.fullmatch(other) or other.lower() in _NO_CHANNEL)
        for other in channels[:index]
    )
    if "conda-forge" in others or written_before:
        return Fix(f"Remove `{channels[index]}`", (remove(channels, index),), applicability)
    return Fix("Write `conda-forge`", (replace(channels[index], "conda-forge"),), applicability)


def _rest_of_line(text: Text) -> str:
    source, (start, _) = text.place.source, text.place.span
    return source.prose[start : source.place(start).span.end]
