"""Answered: what the web has answered about a repository (`--online`). Apart from `online.py`, so that a run that asks nothing imports none of it."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.snapshot import Snapshot
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.web import Web


@fact
def web_answers(repo: Snapshot) -> Web | None:
    """The answers; None where nothing was asked."""
    return repo.web
