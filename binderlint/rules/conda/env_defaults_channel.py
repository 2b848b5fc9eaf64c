"""env-defaults-channel: environment.yml uses Anaconda's `defaults` channel."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.channels import use_conda_forge
from binderlint.facts.environment.channels import ANACONDA, channel_list
from binderlint.facts.environment.mapping import conda_specs, environment_mapping
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Table, Text

_OPT_IN = regex(r"#.*(?:licen[cs]e|terms|ToS\b|Anaconda|paid|subscription)", re.IGNORECASE)


class EnvDefaultsChannel(Rule):
    code = "CND009"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(environment_mapping)
    def check(self, repo: Snapshot, environment: Table) -> Iterator[Diagnostic]:
        channels = channel_list(repo)
        for index, channel in enumerate(channels or ()):
            if channels is None or channel == "conda-forge":
                continue
            if isinstance(channel, Text) and ANACONDA.fullmatch(channel):
                if not _OPT_IN.search(_rest_of_line(channel)):
                    yield self.at(
                        channel,
                        f"`{channel}` mixes Anaconda's packages with those of conda-forge, on which Binder's environment is based. This is slow to solve, hard to reproduce, and subject to Anaconda's terms of service",
                        help="Use only conda-forge",
                        fix=use_conda_forge(channels, index, Applicability.UNSAFE),
                    )
        for spec in conda_specs(repo):
            if spec.channel and ANACONDA.fullmatch(spec.channel.partition("/linux-")[0]):
                yield self.at(
                    spec.channel,
                    f"`{spec.channel}::` gets this package from Anaconda's channel, whose builds do not match those of conda-forge, on which Binder's environment is based",
                    help=f"Use `{spec.name}` without the channel, if conda-forge has it",
                )


def _rest_of_line(text: Text) -> str:
    source, (start, _) = text.place.source, text.place.span
    return source.prose[start : source.place(start).span.end]
