"""env-channel-suspect: environment.yml lists a channel that is misnamed, abandoned, or broken."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from binderlint.changes.channels import use_conda_forge
from binderlint.data import rows
from binderlint.facts.environment.channels import NOT_A_CHANNEL, channel_list
from binderlint.facts.environment.mapping import conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Text

_LABEL = regex(r"[\w-]+/label/(broken|dev|nightly|rc|main_rc|pre|test|testing|daily)")


class EnvChannelSuspect(Rule):
    code = "CND016"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(channel_list)
    def check(self, repo: Snapshot, channels: Array) -> Iterator[Diagnostic]:
        for index, channel in enumerate(channels):
            if not isinstance(channel, Text):
                continue
            if channel.lower() in NOT_A_CHANNEL:
                safe = "conda-forge" in channels
                yield self.at(
                    channel,
                    f"{NOT_A_CHANNEL[channel.lower()]}: conda finds nothing there, or whatever somebody has uploaded under this name",
                    help="Remove it, or use `conda-forge`",
                    fix=use_conda_forge(channels, index, Applicability.SAFE if safe else Applicability.UNSAFE),
                )
            else:
                yield from self._doubtful(repo, channel, channel)
        for spec in conda_specs(repo):
            if spec.channel:
                yield from self._doubtful(repo, spec.channel, spec.channel.partition("/linux-")[0])

    def _doubtful(self, repo: Snapshot, where: Text, channel: str) -> Iterator[Diagnostic]:
        if "/label/" in channel and (found := _LABEL.fullmatch(channel)):
            label = found.group(1)
            holds = (
                "packages that were withdrawn because they were broken"
                if label == "broken"
                else "unfinished packages that can be replaced at any time"
            )
            yield self.at(where, f"The label `{label}` contains {holds}", help=f"Use `{channel.partition('/')[0]}`")
        name = channel.removeprefix("pkgs/").removeprefix("https://conda.anaconda.org/").rstrip("/")
        name = name.removeprefix("https://repo.anaconda.com/pkgs/")
        if matter := _given_up().get(name):
            if name != "pytorch" or _wants_new_pytorch(repo):
                yield self.at(where, f"The channel `{name}` {matter}", help="Use conda-forge instead")


@cache
def _given_up() -> dict[str, str]:
    """What the matter is with channels that nobody keeps up any more, by their names."""
    return {name: matter for name, _, matter, _ in rows("conda_channels.tsv")}


def _wants_new_pytorch(repo: Snapshot) -> bool:
    """Whether environment.yml leaves the release of PyTorch open, or asks for one that the channel does not have."""
    found = [spec for spec in conda_specs(repo) if spec.key == "pytorch"]
    return any(not spec.version or spec.admits((2, 6, 0)) is True or spec.admits((2, 9, 0)) is True for spec in found)
