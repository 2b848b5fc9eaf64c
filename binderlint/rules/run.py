"""BLT: about binderlint's own run: what could not be checked, and suppressions that are of no use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.edits import remove_lines, replace
from binderlint.rule import Bad, Good, Rule
from binderlint.source import UNREAD, NotHereError, Place, Source, TooLargeError, UnreadError

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.suppression import Directive


class Comments(NamedTuple):
    """The suppression comments of a run: all of them, those that suppressed something, and the codes and names of the rules that ran."""

    found: list[Directive]
    used: set[Directive]
    ran: set[str]
    known: set[str]
    require_reasons: bool


class CommentRule(Rule):
    """A rule about the suppression comments of a run, which the linter asks once all other rules have spoken."""

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        yield from ()

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        raise NotImplementedError


class RuleCrashed(Rule):
    """A rule of binderlint crashed.

    This is a bug in binderlint and says nothing about the repository. The other rules ran. The exit code is 3, so that a check in continuous integration does not pass by accident.
    """

    code = "BLT001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    examples = ()

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        yield from ()


class NotForBinder(Rule):
    """Nothing says that the repository is meant for Binder.

    There is no `binder` folder, no launch link, no file that only repo2docker reads and no notebook beside an environment file, so no rule was run: most of what they say would be wrong for a repository that nobody launches on Binder.
    `--assume-binder`, or `assume-binder = true` in the configuration, checks it anyway.
    """

    code = "BLT002"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/repo2docker#329",)
    examples = (
        Bad(
            {"README.md": "# A web application\n", "Dockerfile": "FROM python:3.12\n"},
            at="README.md:1:1",
            assume_binder=False,
            why="A web application",
        ),
        Bad({}, at=".:1:1", assume_binder=False, why="An empty repository"),
        Good({"README.md": "# A course\n", "Dockerfile": "FROM python:3.12\n"}, why="--assume-binder"),
        Good({"binder/environment.yml": "dependencies: []\n"}, why="A binder directory", assume_binder=False),
        Good({"postBuild": "#!/bin/sh\ntrue\n"}, why="A file that only repo2docker reads", assume_binder=False),
        Good(
            {"requirements.txt": "numpy\n", "a.ipynb": "{}"}, why="A notebook and its environment", assume_binder=False
        ),
        Good(
            {"README.md": "[launch](https://mybinder.org/v2/gh/o/r/HEAD)\n"}, why="A launch link", assume_binder=False
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.for_binder:
            yield self.at(
                repo.place,
                "Nothing here says that this repository is meant for Binder: no `binder` folder, no launch link, no notebook beside an environment file",
                help="Run `binderlint --assume-binder` to check it as if it were",
            )


class UnusedSuppression(CommentRule):
    """A suppression comment suppresses nothing.

    The problem it was written for no longer exists, or the rule never reported this line. If the comment stays, it will hide the next problem of that kind.

    ## Fix safety

    Removing the comment is safe where it gives no reason. A reason is somebody's text and goes with it, which is unsafe.
    """

    code = "BLT003"
    severity = Severity.WARNING
    level = Level.POLISH
    examples = (
        Bad(
            {
                "environment.yml": "# binderlint: ignore[env-prefix] it is gone\nname: x\ndependencies:\n  - python=3.12 # binderlint: ignore[CND001]\n"
            },
            at=("environment.yml:1:1", "environment.yml:4:16"),
            fixed={"environment.yml": "name: x\ndependencies:\n  - python=3.12\n"},
            why="Two comments that suppress nothing",
        ),
        Bad(
            {
                "environment.yml": "dependencies: # binderlint: ignore[CND003]\r\n  - python=3.12 # binderlint: ignore[CND003] ours \r\nname: x\r\n"
            },
            at=("environment.yml:1:14", "environment.yml:2:16"),
            fixed={"environment.yml": "dependencies:\r\n  - python=3.12\r\nname: x\r\n"},
        ),
        Good(
            {
                "environment.yml": "channels:\n  - defaults # binderlint: ignore[env-defaults-channel] our licence covers it\ndependencies:\n  - python=3.12\n"
            },
            why="the rule does not read its own suppression comment",
        ),
        Good(
            {"environment.yml": "dependencies: [python=3.12\nprefix: /x # binderlint: ignore[CND001] ours\n"},
            why="the file cannot be read, so the rule is silent",
        ),
        Good(
            {
                "environment.yml": "dependencies:\n  - appnope=0.1.0\n  - =>1\n  - python=3.12 # binderlint: ignore[CND003] ours\n"
            },
            why="another error in the file may keep the rule silent",
        ),
        Good(
            {
                "environment.yml": "prefix: /x # binderlint: ignore[CND001] ours\n",
                "binder/environment.yml": "dependencies: [python=3.12]\n",
            },
            why="Binder does not read this file",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.12]\nprefix: /home/me/env # binderlint: ignore[env-prefix] kept for the group\n"
            },
            why="A comment that suppresses a problem",
        ),
        Good({"notes.txt": "# binderlint: ignore[CND001]\n"}, why="A file that Binder does not read"),
    )

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for comment in comments.found:
            if comment not in comments.used and comment.rules and set(comment.rules) <= comments.ran:
                yield self.at(
                    comment.place,
                    f"This comment suppresses nothing: {', '.join(comment.rules)} found no problem here",
                    help="Remove the comment, or it will hide the next problem of that kind",
                    fix=Fix(
                        "Remove the comment",
                        (_without(comment),),
                        Applicability.UNSAFE if comment.reason else Applicability.SAFE,
                    ),
                )


class UnknownRule(CommentRule):
    """A suppression comment names a rule that does not exist.

    The name is misspelt or the rule belongs to another linter, so the comment has no effect.
    """

    code = "BLT004"
    severity = Severity.WARNING
    level = Level.POLISH
    examples = (
        Bad(
            {"environment.yml": "dependencies: [python=3.12] # binderlint: ignore[CND999] x\n"},
            at="environment.yml:1:28",
            why="A code that does not exist",
        ),
        Good({"environment.yml": "prefix: /x # binderlint: ignore[env-prefix] ours\n"}, why="The name of a rule"),
        Good({"environment.yml": "prefix: /x # binderlint: ignore[CND001] ours\n"}, why="The code of a rule"),
    )

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for comment in comments.found:
            for name in comment.rules:
                if name not in comments.known:
                    yield self.at(
                        comment.place,
                        f"There is no rule `{name}`, so this comment suppresses nothing",
                        help="`binderlint rule --all` lists the rules",
                    )


class SuppressionWithoutReason(CommentRule):
    """A suppression comment gives no reason.

    Only with `require-reasons = true` in the configuration. The next person who reads the line wants to know why the problem is accepted.
    """

    code = "BLT005"
    severity = Severity.WARNING
    level = Level.POLISH
    examples = (
        Good(
            {"environment.yml": "prefix: /x # binderlint: ignore[CND001]\n"},
            why="Reasons are not required",
        ),
    )

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        for comment in comments.found:
            if comments.require_reasons and not comment.reason:
                yield self.at(
                    comment.place,
                    f"This comment suppresses {', '.join(comment.rules)} without saying why",
                    help="Write the reason after the bracket",
                )


class NothingCommitted(Rule):
    """git does not track any file of this repository yet.

    Binder clones the repository from where it is published and only gets what is committed and pushed. The files in the folder were checked as if all of them were committed.
    """

    code = "BLT006"
    severity = Severity.WARNING
    level = Level.LAUNCH
    examples = (Good({"README.md": "# x\n"}, why="A repository with files"),)

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.nothing_committed:
            yield self.at(
                Source(".", b"").place(),
                "Git tracks no file here yet: Binder clones only what is committed and pushed, so it would find an empty repository",
                help="Commit the files with `git add` and `git commit`, then push",
            )


class FileNotRead(Rule):
    """A file could not be read, so it was not checked.

    You may not have the permission to read it, it is larger than the 50 MB that binderlint reads of a file, or a sparse checkout or a
    partial clone does not have it. What the file says is not known: rules that need it are silent, and the other files are checked. Binder
    takes the file from git and may well read it.

    It is an error where the file decides what Binder builds: then nothing else can be judged. A file that is too large or not on this
    computer is a note only, and not reported where binderlint would not read it anyway, such as data.
    """

    code = "BLT007"
    severity = Severity.WARNING
    level = Level.POLISH
    examples = (
        Good({"README.md": "# x\n", "data.bin": "\0\1"}, why="nothing is asked of data"),
        Good({"a.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'}, why="it can be read"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        decisive = _decisive(repo)
        others: dict[str, list[UnreadError]] = {}
        for source in (*repo.sources.values(), *repo.untracked.values()):
            if source.mode != UNREAD:
                continue
            try:
                source.data  # noqa: B018
            except UnreadError as error:
                if error.path == decisive:
                    yield self.at(
                        _stand_in(error),
                        f"This file could not be read ({error.reason}). What Binder builds depends on it, so nothing else was checked",
                        help=_advice(error),
                        severity=Severity.ERROR,
                        level=Level.LAUNCH,
                    )
                elif not isinstance(error, _EXPECTED) or _is_looked_at(source):
                    others.setdefault(error.reason, []).append(error)
        for reason, errors in others.items():
            yield self.at(
                _stand_in(errors[0]),
                f"{_named(errors)} could not be read ({reason}), so {'it was' if len(errors) == 1 else 'they were'} not checked",
                help="" if isinstance(errors[0], TooLargeError) else _advice(errors[0]),
                severity=Severity.INFO if isinstance(errors[0], _EXPECTED) else None,
            )


_EXPECTED = (TooLargeError, NotHereError)


def _advice(error: UnreadError) -> str:
    match error:
        case TooLargeError():
            return "Make it smaller"
        case NotHereError():
            return "Check a full clone"
        case _:
            return "Make it readable and run binderlint again"


def _decisive(repo: Repository) -> str:
    """The path of a file without which it is not known what Binder builds; empty where that is known."""
    try:
        _ = repo.for_binder and repo.plan
    except UnreadError as error:
        return error.path
    return ""


def _stand_in(error: UnreadError) -> Place:
    return Source(error.path, b"").place()


def _named(errors: list[UnreadError]) -> str:
    """The first files by their names, and how many more there are."""
    names = [f"`{error.path}`" for error in errors[:3]]
    names += [f"{len(errors) - 3} more"] if len(errors) > 3 else []
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


def _is_looked_at(source: Source) -> bool:
    """Whether rules look at a file of this name: a document, a notebook, configuration or a script."""
    from binderlint.buildpacks.mentions import says_what_is_installed
    from binderlint.files.links import markup_of

    return markup_of(source) is not None or says_what_is_installed(source.name) or source.name.startswith(".git")


def _without(comment: Directive) -> Replace:
    source, span = comment.place.source, comment.place.span
    line = source.line(source.position(span.end)[0])
    return (
        remove_lines(comment.place) if not source.text[line.start : span.start].strip() else replace(comment.place, "")
    )
