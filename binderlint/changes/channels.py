"""Channels: the changes that put conda-forge in the place of others."""

from __future__ import annotations

from binderlint.changes.edits import remove, replace
from binderlint.lint.diagnostic import Applicability, Fix
from binderlint.source import Array, Text
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    pass
from binderlint.facts.environment.channels import ANACONDA, NOT_A_CHANNEL


def use_conda_forge(channels: Array, index: int, applicability: Applicability) -> Fix:
    others = [other for number, other in enumerate(channels) if number != index and isinstance(other, Text)]
    written_before = any(
        isinstance(other, Text) and (ANACONDA.fullmatch(other) or other.lower() in NOT_A_CHANNEL)
        for other in channels[:index]
    )
    if "conda-forge" in others or written_before:
        return Fix(f"Remove `{channels[index]}`", (remove(channels, index),), applicability)
    return Fix("Use `conda-forge`", (replace(channels[index], "conda-forge"),), applicability)
