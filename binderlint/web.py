"""Web: what is asked of the web with `--online`, and what it answered. Values only; `outside/online.py` asks."""

from __future__ import annotations

from collections.abc import Mapping

from binderlint.read.lock import Lock
from binderlint.values import Enum, NamedTuple


class Kind(Enum):
    """What a question is about, and how its subject is written."""

    PACKAGE = "package"
    """Does PyPI have a package? The subject is its canonical name."""
    CONDA = "conda"
    """Does a channel of anaconda.org have a package? `conda-forge/numpy`."""
    REPOSITORY = "repository"
    """Can everybody read a repository, and which refs has it? `gh/owner/name` or `gl/group/name`."""
    HUB = "hub"
    """Is there a BinderHub? Its address, such as `https://binder.example.org`."""
    SNAPSHOT = "snapshot"
    """Does Posit's package manager have CRAN of a day, or of one of the six days before, for which repo2docker asks? `2023-05-01`."""
    IMAGE = "image"
    """Does a registry give an image to everybody? `docker.io/library/python:3.12`, or with a digest after `@`."""
    FILE = "file"
    """Is there something at an address, and how large is it?"""


ADDRESSES = frozenset({Kind.HUB, Kind.IMAGE, Kind.FILE})
"""Kinds of which the repository itself says who is asked."""


class Question(NamedTuple):
    """One question, whose subject is written as its kind says."""

    kind: Kind
    subject: str


CONTROL = Question(Kind.HUB, "https://mybinder.org")
"""A hub that there is: it says whether this network knows the names of hosts at all."""


class Answer(NamedTuple):
    """The answer to a question. What does not belong to its kind is empty."""

    found: bool = True
    """Whether what was asked for is there."""
    files: tuple[str, ...] = ()
    """The files of a package, each followed by the Python it requires: `numpy-2.0.0.tar.gz >=3.9`."""
    versions: tuple[str, ...] = ()
    """The versions that a channel has of a package."""
    refs: frozenset[str] = frozenset()
    """The branches and tags of a repository."""
    default_branch: str = ""
    size: int = 0
    """Bytes at an address; 0 where the server does not say."""


class Web(NamedTuple):
    """The answers for a repository. A question that nobody answered is not among them: a fault of the network says nothing about a repository."""

    answers: Mapping[Question, Answer]
    complete: bool = True
    """Whether every question was answered."""
    resolved: Lock | None = None
    """Versions of what the repository lists that fit together today, where they were asked for."""

    def answer(self, kind: Kind, subject: str) -> Answer | None:
        """The answer to a question; None where it was not asked or not answered."""
        return self.answers.get(Question(kind, subject))

    def lacks(self, kind: Kind, subject: str) -> bool:
        """Whether it was answered that something is not there."""
        answer = self.answer(kind, subject)
        return answer is not None and not answer.found
