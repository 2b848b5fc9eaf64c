"""Suppression by comment and by configuration, with reasons."""

from __future__ import annotations

import pytest

from binderlint.linter import check
from binderlint.repository import Repository
from binderlint.settings import Settings
from binderlint.source import Source
from binderlint.suppression import directives

BAD = "dependencies: [python=3.12]\nprefix: /x"


def told(text: str, settings: Settings | None = None, path: str = "environment.yml") -> list[str]:
    report = check(
        Repository.from_dict({path: text}, assume_binder=True), settings or Settings(select=("CND001", "BLT"))
    )
    return [found.name for found in report.diagnostics]


@pytest.mark.parametrize(
    "text",
    [
        f"{BAD} # binderlint: ignore[CND001] ours\n",
        f"{BAD} #binderlint:ignore[env-prefix]\n",
        f"{BAD} # binderlint: ignore[CND002, CND001] ours\n",
        "dependencies: [python=3.12]\n# binderlint: ignore[CND001] ours\nprefix: /x\n",
        f"# binderlint: ignore-file[CND001] ours\n\n{BAD}\n",
        f"{BAD} # binderlint: ignore[CND001] ours\r\n",
    ],
)
def test_a_comment_suppresses(text: str) -> None:
    assert "env-prefix" not in told(text)


@pytest.mark.parametrize(
    "text",
    [
        f"# binderlint: ignore[CND001] too far away\n\n{BAD}\n",
        f'{BAD}\nname: "binderlint: ignore[CND001]"\n',
        f"{BAD} # binderlint: ignore[] nothing\n",
        f"{BAD} # binderlint: ignore everything\n",
    ],
)
def test_other_comments_do_not(text: str) -> None:
    assert "env-prefix" in told(text)


def test_reasons_are_kept() -> None:
    text = f"{BAD} # binderlint: ignore[CND001] the group's\n"
    report = check(Repository.from_dict({"environment.yml": text}, assume_binder=True), Settings(select=("CND001",)))
    assert [(one.diagnostic.name, one.reason) for one in report.suppressed] == [("env-prefix", "the group's")]


def test_comments_of_other_languages() -> None:
    for text in (
        "<!-- binderlint: ignore[LNK001] why -->\n",
        ".. binderlint: ignore[LNK001] why\n",
        "// binderlint: ignore[LNK001] why\n",
    ):
        (found,) = directives(Source("a", text.encode()))
        assert (found.rules, found.reason, found.line) == (("LNK001",), "why", 2)
    assert not directives(Source("a.ipynb", b"# binderlint: ignore[LNK001]"))


def test_reasons_can_be_required() -> None:
    settings = Settings(select=("CND001", "BLT"), require_reasons=True)
    assert told(f"{BAD} # binderlint: ignore[CND001]\n", settings) == ["suppression-without-reason"]
    assert told(f"{BAD} # binderlint: ignore[CND001] ours\n", settings) == []


def test_configuration() -> None:
    only = Settings(select=("CND001",))
    assert told(BAD, only._replace(ignore={"CND": "why"})) == []
    assert told(BAD, only._replace(per_file_ignores={"*.yml": ("env-prefix",)})) == []
    assert told(BAD, only._replace(per_file_ignores={"binder/*": ("env-prefix",)})) == ["env-prefix"]
    report = check(
        Repository.from_dict({"environment.yml": BAD}, assume_binder=True), only._replace(severity={"CND001": "error"})
    )
    assert str(report.diagnostics[0].severity) == "error"
    report = check(
        Repository.from_dict({"environment.yml": BAD}, assume_binder=True), only._replace(unfixable=("CND",))
    )
    assert report.diagnostics[0].fix and str(report.diagnostics[0].fix.applicability) == "display"


def test_a_comment_about_a_rule_that_did_not_run_is_not_called_unused() -> None:
    assert told("# binderlint: ignore[CND001] ours\nname: x\n", Settings(select=("BLT",))) == []
